/** What programs need beside `@hansard/client`: a spool on disk, and a recording as source. */
export { createDirectorySpool } from './directory-spool.ts';
export { createFileSource, type FileSource, type FileSourceOptions, type Playing } from './file-source.ts';
