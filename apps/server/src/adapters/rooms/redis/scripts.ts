import type { Redis } from 'ioredis';

/**
 * What must happen at once, as Lua. Leases go through although Redis is full (`allow-oom`, Redis 7): they are small, and without
 * them every instance would hold every room. A lease is the text `TOKEN INSTANCE URL`.
 */
const scripts = {
  /** Keys: lease, last token. Arguments: instance, URL, milliseconds, token that may be taken over or ''. */
  hansardClaim: {
    numberOfKeys: 2,
    lua: `#!lua flags=allow-oom
local held = redis.call('GET', KEYS[1])
if held then
  local token, instance, url = string.match(held, '^(%d+) (%S+) (%S+)$')
  if instance == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    return held
  end
  if token ~= ARGV[4] and url ~= ARGV[2] then return held end
end
-- Not below the clock: tokens grow also where Redis has forgotten the last one.
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(last + 1, time[1] * 1000 + math.floor(time[2] / 1000)))
redis.call('SET', KEYS[2], token)
local lease = token .. ' ' .. ARGV[1] .. ' ' .. ARGV[2]
redis.call('SET', KEYS[1], lease, 'PX', ARGV[3])
return lease`,
  },
  /** Keys: leases. Arguments: milliseconds, then what each lease has to be. Gives a 1 or 0 for each. */
  hansardRenew: {
    lua: `#!lua flags=allow-oom
local renewed = {}
for at, key in ipairs(KEYS) do
  local isHeld = redis.call('GET', key) == ARGV[at + 1]
  renewed[at] = isHeld and redis.call('PEXPIRE', key, ARGV[1]) or 0
end
return renewed`,
  },
  /** Key: lease. Argument: what it has to be. */
  hansardRelease: {
    numberOfKeys: 1,
    lua: `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`,
  },
  /**
   * Keys: lease, copy, pages of the new one. Arguments: the lease, how many pages, the copy as JSON, milliseconds, and what
   * the names of pages begin with. Gives `stale` or `torn` where nothing was changed.
   */
  hansardSwitch: {
    numberOfKeys: 3,
    lua: `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'stale' end
if redis.call('HLEN', KEYS[3]) ~= tonumber(ARGV[2]) then return 'torn' end
local before = redis.call('GET', KEYS[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
if before then redis.call('UNLINK', ARGV[5] .. cjson.decode(before).generation) end
return 'done'`,
  },
  /** Keys: lease, copy. Arguments: the lease, and what the names of pages begin with. */
  hansardRemove: {
    numberOfKeys: 2,
    lua: `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'stale' end
local before = redis.call('GET', KEYS[2])
if before then redis.call('UNLINK', KEYS[2], ARGV[2] .. cjson.decode(before).generation) end
return 'done'`,
  },
} as const;

type Words = (string | number)[];

/** The scripts as commands of the connection. */
export interface ScriptedRedis extends Redis {
  hansardClaim(lease: string, token: string, ...words: Words): Promise<string>;
  hansardRenew(keys: number, ...words: Words): Promise<number[]>;
  hansardRelease(lease: string, ...words: Words): Promise<null>;
  hansardSwitch(lease: string, copy: string, pages: string, ...words: Words): Promise<'done' | 'stale' | 'torn'>;
  hansardRemove(lease: string, copy: string, ...words: Words): Promise<'done' | 'stale'>;
}

export function withScripts(redis: Redis): ScriptedRedis {
  for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
  return redis as ScriptedRedis;
}
