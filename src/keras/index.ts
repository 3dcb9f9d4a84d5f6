/**
 * Models of Keras and TensorFlow.js as modules: `toModule(await loadKeras('model.keras'))`. Reading their files is `fathom/io`.
 */
export { KerasNetwork, toModule } from './network.ts';
