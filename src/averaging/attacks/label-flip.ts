import type { Attack } from './attack.ts'

/**
 * Learns that class c is class C − 1 − c, of C, and tells honestly what it has learned (He, Karimireddy and Jaggi 2022,
 * "Byzantine-Robust Decentralized Learning via ClippedGossip", after Biggio, Nelson and Laskov 2012, "Poisoning Attacks
 * against Support Vector Machines").
 */
export const labelFlip: Attack = {
  name: 'label-flip',
  relabel: (label, classes) => classes - 1 - label,
}
