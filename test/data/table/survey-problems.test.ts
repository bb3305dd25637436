import { expect, test } from 'vitest'
import { openCsv } from '../../../src/data/table/open-csv.ts'
import { surveyTable } from '../../../src/data/table/survey-table.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const folder = temporaryFolder()

test('who looks at a table hears of the rows that cannot be read', async () => {
  const table = await openCsv(folder.write('a.csv', 'x;y\n1;a\n2\n3;b;c\n4;b\n'))
  await expect(surveyTable(table, {})).rejects.toThrow('a.csv: 2 problems:\n  - row 3: found 1 column; expected 2')
})
