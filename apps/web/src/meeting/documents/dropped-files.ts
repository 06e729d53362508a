export interface Dropped {
  files: File[];
  /** Names of folders, which a browser hands over as files that can't be read. */
  folders: string[];
}

/** What of a drop are files. To be called within the event: the browser takes the items back after it. */
export function droppedFiles({ items, files }: Pick<DataTransfer, 'items' | 'files'>): Dropped {
  const dropped: Dropped = { files: [], folders: [] };
  for (const item of items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) dropped.folders.push(entry.name);
    else if (file) dropped.files.push(file);
  }
  return dropped.files.length + dropped.folders.length > 0 ? dropped : { files: [...files], folders: [] };
}
