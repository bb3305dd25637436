import { expect, test } from 'vitest'
import { openCsv } from '../../../src/data/table/open-csv.ts'
import { surveyTable } from '../../../src/data/table/survey-table.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const folder = temporaryFolder()

test('who looks at a table hears of the rows that cannot be read', async () => {
  const table = await openCsv(folder.write('a.csv', 'x;y\n1;a\n2\n3;b;c\n4;b\n'))
  const { site, problems } = await surveyTable(table, {})
  expect(site).toBeUndefined()
  expect(problems).toEqual([
    expect.stringContaining('row 3: found 1 column; expected 2'),
    expect.stringContaining('row 4: found 3 columns; expected 2'),
  ])
})

test('the label is found where columns before it are ignored', async () => {
  const table = await openCsv(folder.write('b.csv', 'id;x;y\n1;0.5;a\n2;0.7;b\n3;0.1;a\n'))
  const { site } = await surveyTable(table, { ignore: ['id'], label: ['y'] })
  expect(site?.label).toMatchObject({ name: 'y' })
})
