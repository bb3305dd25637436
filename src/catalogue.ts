/**
 * The names that a recipe or a flag may use, how each is written, and a few words on it. Registries, help, the questions of `init`
 * and tests read this one list. It imports nothing, so that help comes at once; the types make it an error to name something here
 * that its registry does not make, or the other way round. Averaging rules are not here: each says of itself what a peer must know
 * of it, and its hint with it.
 *
 * A form is a name, and after a colon what must be given with it, in capitals or behind a letter; what may be left out is in brackets.
 *
 * @packageDocumentation
 */

/** From the form, as messages and help write it, to what it is. */
export type Choices = Readonly<Record<string, string>>

/** Topologies. P is a probability above 0, EDGES a file, other letters are whole numbers of at least 1. */
export const TOPOLOGIES = {
  complete: 'everybody with everybody; for small swarms',
  chain: 'a line of neighbours; slowest to agree',
  exponential: 'neighbours 1, 2, 4, 8, … away',
  hypercube: 'peers whose numbers differ in one bit',
  'one-peer-exponential': 'the same, one of them at a time',
  pairwise: 'one random pair in a round',
  ring: 'two neighbours each; slow to agree',
  star: 'everybody with the first',
  torus: 'a grid without edges, four neighbours each',
  'base-k:K': 'at most K at a time; a few rounds are exact',
  'epidemic:S': 'S random neighbours each, others in every round',
  'epidemic-local:S': 'everybody tells S others of its own choice',
  'moshpit:M': 'groups of about M that change with the rounds',
  'random-regular:D': 'D random neighbours each',
  'tree:B': 'a tree with B branches at each peer',
  'erdos-renyi:P': 'each pair with probability P',
  'file:EDGES': 'as a file says, in simulations',
} as const satisfies Choices

/** How what several peers say becomes one. B, F and TAU are numbers. */
export const AGGREGATORS = {
  mean: 'weighted by the links',
  median: 'of every coordinate',
  'geometric-median': 'nearest to all vectors together',
  clipped: 'differences cut at a radius that follows the swarm',
  'trimmed-mean:B': 'mean of coordinates without B at each end',
  'krum:F': 'the vector nearest to others, where F may lie',
  'multi-krum:F': 'the mean of those that are, where F may lie',
  'clipped:TAU': 'differences cut at the radius TAU',
} as const satisfies Choices

/** Those of them by which deployed peers merge, two at a time. */
export const PEER_AGGREGATORS = {
  mean: AGGREGATORS.mean,
  clipped: AGGREGATORS.clipped,
  'clipped:TAU': AGGREGATORS['clipped:TAU'],
} as const satisfies Choices

/** How vectors travel. */
export const CODECS = {
  none: 'float32',
  fp16: 'half precision, 2 bytes a number',
  int8: '1 byte a number',
  'qsgd:LEVELS': 'random rounding to so many levels',
  'randk:FRACTION': 'a random share of the numbers',
  'topk:FRACTION': 'the share that has changed most',
} as const satisfies Choices

/** The compression that lets every peer choose. */
export const AUTO_COMPRESSION = 'auto'

export const COMPRESSIONS = {
  ...CODECS,
  [AUTO_COMPRESSION]: 'none, fp16 or int8: each peer measures which fits',
} as const satisfies Choices

/** How Byzantine peers lie. Z and EPSILON are numbers above 0. */
export const ATTACKS = {
  'sign-flip': 'says the negative',
  gaussian: 'says noise',
  'label-flip': 'learns wrong labels, and tells honestly',
  alie: 'hides just within the spread of the honest',
  ipm: 'a little against the mean of the honest',
  dissensus: 'pulls neighbours apart',
  nan: 'says what is no number',
  'alie:Z': 'the same, Z standard deviations from the mean',
  'dissensus:EPSILON': 'the same, EPSILON times as hard',
} as const satisfies Choices

/** How one dataset is dealt to peers. */
export const PARTITIONS = {
  iid: 'everybody the same mixture',
  'dirichlet:ALPHA': 'the smaller, the less alike',
  'shards:K': 'K classes each',
  sorted: 'by class',
  'quantity:ALPHA': 'other amounts of the same mixture',
} as const satisfies Choices

/** Models. */
export const MODELS = {
  linear: 'softmax regression',
  'mlp[:H,H…]': 'sizes of the hidden layers',
  cnn: 'convolutions, for images',
  'language[:LAYERS,HEADS,WIDTH]': 'a small GPT, for text',
  'tfjs:FILE': 'the model.json of a saved LayersModel',
  'module:FILE': 'a program that exports a model',
} as const satisfies Choices

/** Backends: the best first, the order in which one is chosen. */
export const BACKENDS = {
  'tfjs-node-gpu': "NVIDIA's GPUs, through CUDA",
  webgpu: "any vendor's GPU",
  'tfjs-node': 'native code on the CPU',
  wasm: 'what comes with hearsay',
  cpu: 'what works wherever Node does',
} as const satisfies Choices

/** Sources of data. */
export const SOURCES = {
  digits: 'built in',
  'csv:FILE[?label=COLUMN&…]': 'a table of text; all parameters: hearsay schema --help',
  'parquet:FILE[?label=COLUMN&…]': 'a table of Apache Parquet',
  'npy:FILE[?label=COLUMN&…] or npy:INPUTS,LABELS': 'arrays of NumPy',

  'idx:IMAGES,LABELS or idx:DIR': 'as MNIST comes',
  'images:DIR[?size=WxH&channels=1|3]': 'a folder per class, or train/ and test/ with one each',
  'text:FILE[?context=N]': 'its characters in sequence',
  'module:FILE': 'a program that exports a dataset',
} as const satisfies Choices

/** Tasks of a swarm. */
export const TASKS = {
  classify: 'trains a model on data',
  regress: 'trains one that predicts measured values',
  language: 'trains one of characters on a text',
  consensus: 'averages vectors, and trains nothing',
  quadratic: 'minimises a sum whose optimum is known',
  'mean-estimation': 'estimates a mean from noisy samples',
} as const satisfies Choices

/** What a wrong value costs, in a regression. */
export const LOSSES = {
  squared: 'the square of the error',
  huber: 'half the square of small errors, large ones as they are',
  absolute: 'the error without its sign; learns medians',
} as const satisfies Choices

/** Who may be a member of a swarm. */
export const MEMBERSHIPS = {
  open: 'anyone who has the recipe',
  invited: 'the founder, and those whom it has invited',
  key: 'whoever has the key that the members share',
} as const satisfies Choices

/** The name of a form: what stands before its colon. */
export type NameOf<Form extends string> = Form extends `${infer Name}[${string}` ? BeforeColon<Name> : BeforeColon<Form>
type BeforeColon<Text extends string> = Text extends `${infer Name}:${string}` ? Name : Text

/** Names of what stands in a catalogue. */
export type NameIn<C extends Choices> = NameOf<keyof C & string>
/** Names that are written as they are. */
export type PlainIn<C extends Choices> = Exclude<keyof C & string, `${string}:${string}`>
/** Names that are written with a parameter; some are among the plain ones too. */
export type ParametrisedIn<C extends Choices> = NameOf<Extract<keyof C & string, `${string}:${string}`>>

/** Everything of one kind, in the order of the catalogue. */
export function formsOf<C extends Choices>(choices: C): readonly [keyof C & string, ...(keyof C & string)[]] {
  return Object.keys(choices) as [keyof C & string, ...(keyof C & string)[]]
}

/** The form with a parameter, where the name has one: `trimmed-mean:B` of `trimmed-mean`. */
export function formOf<C extends Choices>(choices: C, name: NameIn<C>): string {
  const forms = formsOf(choices).filter(form => nameOf(form) === name)
  return forms.find(form => form.includes(':')) ?? forms[0]
}

/** The placeholder of a name's parameter: `B` of `trimmed-mean`. */
export function parameterOf<C extends Choices>(choices: C, name: ParametrisedIn<C> & NameIn<C>): string {
  return formOf(choices, name).slice(name.length + 1)
}

/** Whether a table of makers has this name; narrows it to one of them. */
export function isNameIn<Name extends string>(table: Readonly<Record<Name, unknown>>, text: string): text is Name {
  return Object.hasOwn(table, text)
}

/** All of them in a sentence, with what each is. */
export function described(choices: Choices): string {
  return Object.entries(choices)
    .map(([form, hint]) => `${form} (${hint})`)
    .join(', ')
}

function nameOf(form: string): string {
  return form.split(/[:[]/, 1)[0]
}
