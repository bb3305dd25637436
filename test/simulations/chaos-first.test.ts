import { sweep } from './chaos-sweep.ts'

sweep(0, 250)
