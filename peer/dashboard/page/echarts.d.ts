// The server sends what is built of this module under this name.
export * from '../../../charts/echarts.ts'
