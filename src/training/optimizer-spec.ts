/** Which optimizer, and how large its steps are. */
export type OptimizerSpec =
  | {
      readonly name: 'sgd'
      readonly learningRate: number
      /** In [0, 1); 0 is plain stochastic gradient descent. */
      readonly momentum: number
    }
  | { readonly name: 'adam'; readonly learningRate: number }
