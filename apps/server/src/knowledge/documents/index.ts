export { createDocuments, type Documents, type DocumentsOptions } from './service.ts';
export { documentRoutes } from './routes.ts';
