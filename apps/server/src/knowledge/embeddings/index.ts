export { chooseEmbedModel, type EmbeddingsConfig } from './choose-model.ts';
export { embeddedText } from './embedded-text.ts';
export { createEmbeddings, type PacedEmbeddings } from './embeddings.ts';
export { embeddingStatuses } from './statuses.ts';
