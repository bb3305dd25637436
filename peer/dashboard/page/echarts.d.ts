// The server sends the installed library under this name.
export * from 'echarts'
