/** What `--data` takes. The library has the same list, and takes its time to load. */
const SOURCES: readonly { readonly form: string; readonly more: string }[] = [
  { form: 'digits', more: ' (built in)' },
  { form: 'csv:FILE', more: '[?label=COLUMN&header=no&standardise=yes]' },
  { form: 'idx:IMAGES,LABELS', more: ' or idx:DIR' },
  { form: 'images:DIR', more: '[?size=WxH&channels=1|3] (a folder per class)' },
  { form: 'text:FILE', more: '[?context=N]' },
  { form: 'module:FILE', more: ' (exports a dataset)' },
]

/** In a sentence. */
export const SOURCE_FORMS = `${SOURCES.slice(0, -1)
  .map(({ form }) => form)
  .join(', ')} or ${SOURCES[SOURCES.length - 1].form}`

/** For help, a line each. */
export const SOURCE_LINES = SOURCES.map(({ form, more }) => form + more)
