import { tabularSource } from './table/table-source.ts'

/** A file of rows of cells, however it is written: separators, decimal signs, encodings, with or without a header, packed or not. */
export const csv = tabularSource('csv', async (path, parameters) => {
  // Imported here, since to name the sources takes no parser.
  const { openCsv } = await import('./table/open-csv.ts')
  return await openCsv(path, parameters)
})
