import { sweep } from './chaos-sweep.ts'

sweep(250, 500)
