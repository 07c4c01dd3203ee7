-- What replicas count together of one scope, such as a client's key: asked, taken, given back and told in one step.
--
-- KEYS[1] is the scope; everything kept of it has a key that begins so. ARGV[1] is what is asked, as JSON. Sums are pairs of
-- a number of billions and a rest, each exact in a double; the rest may grow beyond a billion. Times are milliseconds of
-- the server's own clock, so that replicas need not agree about theirs.
local scope, ask = KEYS[1], cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local BILLION = 1000000000
local KEPT_MS = 172800000
local running, held = scope .. ':running', scope .. ':held'
local holds, reserved = scope .. ':holds', scope .. ':reserved'

local function whole(number)
    -- Zero has a sign here, which is no whole number there.
    if number == 0 then return '0' end
    return string.format('%.0f', number)
end

local function add(key, unit, amount, sign)
    redis.call('HINCRBY', key, unit .. '.h', whole(sign * amount[1]))
    redis.call('HINCRBY', key, unit .. '.l', whole(sign * amount[2]))
end

local function sum(key, unit)
    local found = redis.call('HMGET', key, unit .. '.h', unit .. '.l')
    return tonumber(found[1] or 0), tonumber(found[2] or 0)
end

-- What was spent in a period, and what calls under way may spend yet.
local function engaged(period, unit)
    local spent_h, spent_l = sum(scope .. ':spent:' .. period, unit)
    local reserved_h, reserved_l = sum(reserved, unit)
    local rest = spent_l + reserved_l
    return { spent_h + reserved_h + math.floor(rest / BILLION), rest % BILLION }
end

local function is_less(one, other)
    return one[1] < other[1] or (one[1] == other[1] and one[2] < other[2])
end

local function key_of(window)
    return scope .. ':window:' .. window.name
end

local function slot_of(window)
    return window.slot or math.floor(now / window.each)
end

-- What counts of a window: its slots, the oldest first, and their sum. What does not count any more is removed.
local function counted(window)
    local key, found, used = key_of(window), {}, 0
    local all = redis.call('HGETALL', key)
    for at = 1, #all, 2 do
        local slot, amount = tonumber(all[at]), tonumber(all[at + 1])
        local ends = (slot + 1) * window.each + window.span
        if window.slot then ends = slot == window.slot and window.ends or 0 end
        if ends <= now then
            redis.call('HDEL', key, all[at])
        else
            used = used + amount
            found[#found + 1] = { slot, amount, ends }
        end
    end
    table.sort(found, function(one, other) return one[1] < other[1] end)
    return found, used
end

local function count(window, amount)
    local key = key_of(window)
    redis.call('HINCRBY', key, whole(slot_of(window)), whole(amount))
    redis.call('PEXPIRE', key, whole(2 * window.span + 60000))
end

-- Gives back what a call has reserved.
local function release(id)
    local hold = redis.call('HGET', holds, id)
    if not hold then return end
    hold = cjson.decode(hold)
    for _, taken in ipairs(hold.windows) do
        local key = scope .. ':window:' .. taken[1]
        if redis.call('HINCRBY', key, taken[2], whole(-taken[3])) <= 0 then redis.call('HDEL', key, taken[2]) end
    end
    for _, need in ipairs(hold.needs) do add(reserved, need[1], need[2], -1) end
    redis.call('HDEL', holds, id)
    redis.call('ZREM', held, id)
end

local function full(what, at, ends)
    return cjson.encode({ full = what, at = at, ends = whole(ends), now = whole(now) })
end

-- What belongs to replicas that are gone has not been renewed.
redis.call('ZREMRANGEBYSCORE', running, '-inf', now)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', held, '-inf', now)) do release(id) end

for _, id in ipairs(ask.renew or {}) do
    redis.call('ZADD', running, 'XX', now + ask.lease, id)
    redis.call('ZADD', held, 'XX', now + ask.lease, id)
end
for _, id in ipairs(ask.release or {}) do release(id) end
for _, id in ipairs(ask.leave or {}) do redis.call('ZREM', running, id) end
for _, seed in ipairs(ask.seeds or {}) do
    local key = scope .. ':spent:' .. seed.period
    if redis.call('EXISTS', key) == 0 then
        for _, unit in ipairs(seed.units) do add(key, unit[1], unit[2], 1) end
        redis.call('PEXPIRE', key, whole(seed.keep))
    end
end
for _, spent in ipairs(ask.spent or {}) do
    local key = scope .. ':spent:' .. spent.period
    for _, unit in ipairs(spent.units) do add(key, unit[1], unit[2], 1) end
    redis.call('PEXPIRE', key, whole(spent.keep))
end
for _, window in ipairs(ask.used or {}) do count(window, window.amount) end

-- Nothing is taken before everything was found to fit.
if ask.enter then
    if ask.enter.most and redis.call('ZCARD', running) >= ask.enter.most then return full('running', 1, 0) end
end
local taken = {}
for at, window in ipairs(ask.windows or {}) do
    local found, used = counted(window)
    local amount = math.max(window.least, window.most)
    if window.limit then
        if window.least > window.limit then return full('never', at, 0) end
        if window.limit - used < math.max(window.least, 1) then
            local ends = now
            for _, slot in ipairs(found) do
                if used + math.max(window.least, 1) <= window.limit then break end
                used = used - slot[2]
                ends = slot[3]
            end
            return full('window', at, ends)
        end
        amount = math.min(amount, window.limit - used)
    end
    taken[at] = amount
end
for at, budget in ipairs(ask.budgets or {}) do
    local already = engaged(budget.period, budget.unit)
    local rest = already[2] + budget.need[2]
    local then_ = { already[1] + budget.need[1] + math.floor(rest / BILLION), rest % BILLION }
    if not is_less(already, budget.limit) or is_less(budget.limit, then_) then return full('budget', at, 0) end
end

if ask.enter then
    redis.call('ZADD', running, now + ask.lease, ask.enter.id)
    redis.call('PEXPIRE', running, KEPT_MS)
end
local hold = { windows = {}, needs = {} }
for at, window in ipairs(ask.windows or {}) do
    count(window, taken[at])
    if not window.stays then hold.windows[#hold.windows + 1] = { window.name, whole(slot_of(window)), taken[at] } end
end
if ask.hold then
    hold.needs = ask.hold.needs
    for _, need in ipairs(ask.hold.needs) do add(reserved, need[1], need[2], 1) end
    redis.call('HSET', holds, ask.hold.id, cjson.encode(hold))
    redis.call('ZADD', held, now + ask.lease, ask.hold.id)
    for _, key in ipairs({ reserved, holds, held }) do redis.call('PEXPIRE', key, KEPT_MS) end
end

local told = { now = whole(now), windows = {}, budgets = {}, totals = {} }
if ask.look then
    told.running = redis.call('ZCARD', running)
    for at, window in ipairs(ask.look.windows) do
        local found, used = counted(window)
        told.windows[at] = { whole(used), whole(#found > 0 and found[#found][3] or 0) }
    end
    for at, budget in ipairs(ask.look.budgets) do
        local sum = engaged(budget[1], budget[2])
        told.budgets[at] = { whole(sum[1]), whole(sum[2]) }
    end
    for at, period in ipairs(ask.look.totals) do
        told.totals[at] = redis.call('HGETALL', scope .. ':spent:' .. period)
        if #told.totals[at] == 0 then told.totals[at] = { '', '' } end
    end
end
-- An empty list is told as what it is not.
if #told.windows == 0 then told.windows = nil end
if #told.budgets == 0 then told.budgets = nil end
if #told.totals == 0 then told.totals = nil end
return cjson.encode(told)
