/**
 * A `LayersModel` of TensorFlow.js, as far as it can be told without TensorFlow.js's types: those do not compile in a program that
 * checks the types of its libraries. Who has them says `peer.model<tf.LayersModel>()`.
 */
export interface LayersModelLike {
  readonly name: string
  /**
   * @param inputs a tensor, `[batch, …shape]`
   * @returns a tensor of logits, `[batch, …, classes]`
   */
  predict(inputs: object): object
  /**
   * Writes the model.
   *
   * @param target such as `file://FOLDER`, where a handler for it is there
   */
  save(target: string): Promise<object>
  /** Frees the memory of its tensors. */
  dispose(): object
}
