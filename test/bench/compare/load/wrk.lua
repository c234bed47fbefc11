-- Sends the requests of a Lua file, $BENCH_REQUESTS, in turns from $BENCH_FROM on, and prints what came of it as a
-- line of JSON. With $BENCH_CHECK=1 it looks at each status, which costs more.
local requests, count, at
local threads = {}
refused = 0

function setup(thread)
  table.insert(threads, thread)
end

function init()
  local order = dofile(os.getenv("BENCH_REQUESTS"))
  requests = {}
  for place, each in ipairs(order.requests) do
    requests[place] = wrk.format(each[1], each[2], order.headers, each[3])
  end
  count = #requests
  at = tonumber(os.getenv("BENCH_FROM")) % count
end

function request()
  at = at % count + 1
  return requests[at]
end

if os.getenv("BENCH_CHECK") == "1" then
  function response(status)
    if status < 200 or status > 299 then
      refused = refused + 1
    end
  end
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  local bad = 0
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("refused")
  end
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.3f,"p50":%.3f,"p99":%.3f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed + math.max(errors.status, bad)))
end
