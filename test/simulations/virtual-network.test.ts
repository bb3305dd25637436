import { networkCompliance } from '../network/network-compliance.ts'
import { createVirtualWorld } from './virtual-world.ts'

networkCompliance('the simulation', createVirtualWorld())
