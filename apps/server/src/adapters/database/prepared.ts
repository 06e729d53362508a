import type { CompiledQuery, QueryResult } from 'kysely';
import type { Database } from './sqlite.ts';

/** Stands in the statement for a value that each call gives. */
class Parameter {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Compilable<Row> {
  compile(): CompiledQuery<Row>;
}

/** Names a value of the statement; only to be used where a value may stand. */
type ParameterOf<Values> = <Name extends keyof Values & string>(name: Name) => Values[Name];

export type Prepared<Values, Row> = (db: Database, values: Values) => Promise<QueryResult<Row>>;

/**
 * A statement that is built and compiled once, at its first call, for those that run all the time: that work is several
 * times what SQLite needs to run it. Its text must not depend on the values. `db` may be a transaction.
 */
export function prepared<Values extends object, Row>(
  build: (db: Database, parameter: ParameterOf<Values>) => Compilable<Row>,
): Prepared<Values, Row> {
  let compiled: CompiledQuery<Row> | null = null;
  return (db, values) => {
    compiled ??= build(db, (name) => new Parameter(name) as never).compile();
    const parameters = compiled.parameters.map((value) =>
      value instanceof Parameter ? (values as Record<string, unknown>)[value.name] : value,
    );
    return db.executeQuery<Row>({ ...compiled, parameters });
  };
}
