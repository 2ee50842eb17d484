//! What the server does in one go. Each script may be run again when its answer was lost.

use std::sync::LazyLock;

use ::redis::Script;

pub(super) struct Scripts {
    pub(super) load: Script,
    pub(super) replace: Script,
    pub(super) remove: Script,
    pub(super) lease: Script,
    pub(super) release: Script,
}

pub(super) static SCRIPTS: LazyLock<Scripts> = LazyLock::new(|| Scripts {
    load: Script::new(LOAD),
    replace: Script::new(REPLACE),
    remove: Script::new(REMOVE),
    lease: Script::new(LEASE),
    release: Script::new(RELEASE),
});

const LOAD: &str = "return redis.call('HMGET', KEYS[1], 'revision', 'value')";

/// Arguments: the old revision or nothing, the value, the mark of the write, milliseconds to live
/// or 0. Gives the revision, or nothing.
///
/// Revisions are as in `revision.rs`: they grow even when the last one has vanished. Lua's numbers
/// hold those of the next two centuries exactly.
const REPLACE: &str = "
local found = redis.call('HMGET', KEYS[1], 'revision', 'value', 'write')
if found[3] == ARGV[3] then return found[1] end
local current = ''
if found[2] then current = found[1] end
if current ~= ARGV[1] then return false end
local time = redis.call('TIME')
local revision = math.max(time[1] * 1000000 + time[2], (tonumber(found[1]) or 0) + 1)
revision = string.format('%.0f', revision)
redis.call('HSET', KEYS[1], 'revision', revision, 'value', ARGV[2], 'write', ARGV[3])
if ARGV[4] == '0' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return revision
";

/// Arguments: the old revision, the mark of the write. The revision stays for a week, as long as
/// a clock that was set back may take to be right again.
const REMOVE: &str = "
local found = redis.call('HMGET', KEYS[1], 'revision', 'value', 'write')
if found[3] == ARGV[2] then return 1 end
if not found[2] or found[1] ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'value')
redis.call('HSET', KEYS[1], 'write', ARGV[2])
redis.call('PEXPIRE', KEYS[1], 604800000)
return 1
";

/// Arguments: the holder's mark, milliseconds to live.
const LEASE: &str = "
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
";

/// Arguments: the holder's mark.
const RELEASE: &str = "
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
";
