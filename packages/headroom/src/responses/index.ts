export type { Progress } from './action.ts';
export { collectGarbage, createCollection, type Collection, type CollectionSettings } from './collection.ts';
export { createDrainRequest, type DrainSettings } from './drain-request.ts';
export { createFeatures, type Feature, type FeatureOptions } from './features.ts';
export {
  createResponder,
  type Relief,
  type Responder,
  type ResponderSettings,
  type ResponseState,
} from './responder.ts';
