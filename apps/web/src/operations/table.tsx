import type { ReactNode } from 'react';
import classes from './table.module.css';

export interface Column<Row> {
  name: string;
  /** What stands in the row's cell; that of the first column names the row. */
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
  /** Left out where there is little room. */
  isExtra?: boolean;
}

interface Props<Row> {
  /** Said by assistive technology: the card's title is seen. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}

/** Rows of figures, which a narrow page doesn't scroll sideways for: what is extra is left out there. */
export function Table<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  const look = ({ isNumber, isExtra }: Column<Row>) => ({
    'data-number': isNumber || undefined,
    'data-extra': isExtra || undefined,
  });
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" {...look(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map((column, place) => {
              const Cell = place === 0 ? 'th' : 'td';
              return (
                <Cell key={column.name} {...(place === 0 && { scope: 'row' })} {...look(column)}>
                  {column.cell(row)}
                </Cell>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
