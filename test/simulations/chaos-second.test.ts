import { RUNS, sweep } from './chaos-sweep.ts'

sweep(Math.ceil(RUNS / 2), RUNS)
