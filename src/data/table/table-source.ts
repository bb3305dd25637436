import { formOf, type NameIn, SOURCES } from '../../catalogue.ts'
import type { DataSource } from '../source.ts'
import { parseSourceArgument } from '../source-argument.ts'
import type { TableSource } from './opened-source.ts'
import { readTableParameters, TABLE_KEYS, TABLE_LISTS, type TableParameters } from './parameters.ts'
import type { TableRows } from './rows.ts'

/** A kind of source whose data are tables: rows of cells under names. */
export interface TabularSource extends DataSource {
  /** Opens the table, to be read row by row. @param argument what follows the first colon */
  open(argument: string): Promise<TableSource>
}

/**
 * @param kind its name in the catalogue
 * @param openFile opens one file of this kind
 */
export function tabularSource(
  kind: NameIn<typeof SOURCES>,
  openFile: (path: string, parameters: TableParameters) => Promise<TableRows>,
): TabularSource {
  async function open(argument: string): Promise<TableSource> {
    const given = parseSourceArgument(kind, argument, formOf(SOURCES, kind), TABLE_KEYS, TABLE_LISTS)
    const parameters = readTableParameters(given)
    return {
      name: given.source,
      parameters,
      table: await openFile(given.path, parameters),
      open: path => openFile(path, parameters),
    }
  }
  return {
    open,
    async load(argument, options) {
      const source = await open(argument)
      // Imported here, since to name the sources takes no reader of tables.
      const { loadTable } = await import('./load-table.ts')
      return await loadTable(source, options)
    },
  }
}
