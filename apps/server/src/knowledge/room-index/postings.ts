import { damaged, type ByteReader, type ByteWriter } from './bytes.ts';

/** Where a word occurs: rows rising, and how often in each. */
export interface Postings {
  rows: number[];
  counts: number[];
}

/** A posting is the distance to the row before, twice, plus 1 where a count above 1 follows. */
export function writePostings(writer: ByteWriter, { rows, counts }: Postings): void {
  let last = -1;
  for (const [index, row] of rows.entries()) {
    const count = counts[index]!;
    writer.varint((row - last - 1) * 2 + (count > 1 ? 1 : 0));
    if (count > 1) writer.varint(count);
    last = row;
  }
}

/** Calls `visit` for each posting up to the reader's end; rows from `rowCount` on are damage. */
export function readPostings(reader: ByteReader, rowCount: number, visit: (row: number, count: number) => void): void {
  let row = -1;
  while (reader.at < reader.end) {
    const head = reader.varint();
    row += Math.floor(head / 2) + 1;
    if (row >= rowCount) throw damaged('a word occurs in a passage that is not there');
    visit(row, head % 2 === 1 ? reader.varint() : 1);
  }
}
