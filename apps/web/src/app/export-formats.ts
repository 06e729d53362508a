import type { ExportFormat } from '@hansard/protocol';

/** In the order of the menu. Written out, so that the schema (and its library) is not part of the first load. */
export const exportFormats: readonly ExportFormat[] = ['md', 'txt', 'docx', 'json', 'vtt', 'srt'];
