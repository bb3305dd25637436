import { RUNS, sweep } from './chaos-sweep.ts'

sweep(0, Math.ceil(RUNS / 2))
