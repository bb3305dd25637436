/**
 * A wide and deep network (Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016): what a single layer says of a sample,
 * plus what two layers say of it. Every peer makes it anew; what is random in it is drawn from the recipe's seed, so all make the same.
 *
 * @param request `layers` of TensorFlow.js, so that nothing is to be installed; the `shape` of a sample; how many `classes` there are
 * @returns a LayersModel that ends in probabilities, or in logits
 */
export default ({ layers: { layers, input, model }, shape, classes }) => {
  const sample = input({ shape })
  const features = layers.flatten().apply(sample)
  const wide = layers.dense({ units: classes }).apply(features)
  const hidden = layers.dense({ units: 64, activation: 'relu' }).apply(features)
  const deep = layers.dense({ units: classes }).apply(hidden)
  const both = layers.add().apply([wide, deep])
  return model({ inputs: sample, outputs: layers.softmax().apply(both) })
}
