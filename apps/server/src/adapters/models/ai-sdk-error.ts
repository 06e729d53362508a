import { EngineError } from './transcribe/contract.ts';
import { asEngineError } from './transcribe/engine-error.ts';
import { httpEngineError } from './transcribe/http-errors.ts';

/** The SDK's errors quote what was sent and answered, which is what people said: they do not go on, and so into no log. */
export function sdkError(error: unknown, sdk: typeof import('ai')): EngineError {
  if (sdk.APICallError.isInstance(error)) {
    const { statusCode, responseHeaders, responseBody = '' } = error;
    if (statusCode === undefined) return new EngineError('unavailable', 'could not be reached');
    if (statusCode >= 200 && statusCode < 300) return new EngineError('failed', 'gave an answer that cannot be read');
    // What Groq says where the model's words did not fit the schema: another try may do better.
    if (responseBody.includes('json_validate_failed'))
      return new EngineError('failed', 'gave an answer of another shape');
    return httpEngineError({
      status: statusCode,
      retryAfter: responseHeaders?.['retry-after'] ?? null,
      body: responseBody,
    });
  }
  if (sdk.NoObjectGeneratedError.isInstance(error) || sdk.NoOutputGeneratedError.isInstance(error)) {
    return new EngineError('failed', 'gave an answer of another shape than was asked for');
  }
  return error instanceof Error ? new EngineError('failed', `failed (${error.name})`) : asEngineError(error);
}
