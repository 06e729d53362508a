import { AppError } from './errors.ts';

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: SchemaError };
}

interface SchemaError {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}

/** The value as the schema gives it. Throws `BAD_REQUEST` that names the first field that is wrong. */
export function parseRequest<T>(schema: Schema<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError('BAD_REQUEST', `${issue?.path.join('.') || 'request'}: ${issue?.message}`);
}
