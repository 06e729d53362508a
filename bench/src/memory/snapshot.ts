/** The parts of V8's format for heap snapshots that are read here: nodes are numbers, `node_fields` of them each. */
export interface HeapSnapshot {
  snapshot: { meta: { node_fields: readonly string[]; node_types: readonly unknown[] } };
  nodes: readonly number[];
}

export interface HeapSizes {
  /** Objects, strings, and the bytes of Buffers. */
  dataBytes: number;
  /** What V8 has compiled, and what it noted of its use: it grows for minutes after a start, and is dropped and made again. */
  codeBytes: number;
}

/** What a heap holds by the kind of it. Throws an Error where it is no snapshot. */
export function sizesOf({ snapshot, nodes }: HeapSnapshot): HeapSizes {
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')];
  const code = (types[typeAt] as readonly string[] | undefined)?.indexOf('code') ?? -1;
  if (sizeAt < 0 || code < 0) throw new Error('This is no heap snapshot that can be read here.');
  const sizes = { dataBytes: 0, codeBytes: 0 };
  for (let node = 0; node < nodes.length; node += fields.length) {
    sizes[nodes[node + typeAt] === code ? 'codeBytes' : 'dataBytes'] += nodes[node + sizeAt]!;
  }
  return sizes;
}
