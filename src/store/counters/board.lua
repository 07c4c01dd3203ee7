-- Names that replicas post for one another, each until its time is over: posted, taken down and told in one step.
--
-- KEYS[1] is the board, KEYS[2] its mark: which board it is, since one that was lost begins empty and says nothing of what
-- was on it. ARGV[1] is what is asked, as JSON. Times are milliseconds of the server's own clock.
local board, asked = KEYS[1], cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for _, name in ipairs(asked.drop or {}) do redis.call('HDEL', board, name) end
for _, post in ipairs(asked.put or {}) do
    local ends, before = now + post[2], tonumber(redis.call('HGET', board, post[1]) or 0)
    redis.call('HSET', board, post[1], string.format('%.0f', math.max(ends, before)))
end
redis.call('SET', KEYS[2], asked.mark, 'NX')
local told, all = { redis.call('GET', KEYS[2]) }, redis.call('HGETALL', board)
for at = 1, #all, 2 do
    local left = tonumber(all[at + 1]) - now
    if left > 0 then
        told[#told + 1] = all[at]
        told[#told + 1] = string.format('%.0f', left)
    else
        redis.call('HDEL', board, all[at])
    end
end
return told
