import { tabularSource } from './table/table-source.ts'

/** A file of Apache Parquet: a table that is kept by columns. */
export const parquet = tabularSource('parquet', async (path, parameters) => {
  // Imported here, since to name the sources takes no parser.
  const { openParquet } = await import('./table/open-parquet.ts')
  return await openParquet(path, parameters)
})
