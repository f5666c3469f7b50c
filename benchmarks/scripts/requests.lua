-- Sends prepared requests in random order and reports one line of JSON.
-- Argument: a file with a method, header lines, an empty line, then "path<TAB>body" lines.
local prepared = {}

function init(args)
  local lines = io.lines(args[1])
  local method, headers = lines(), {}
  for line in lines do
    if line == "" then break end
    local name, value = line:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  for line in lines do
    local path, body = line:match("^([^\t]*)\t(.*)$")
    if body == "" then body = nil end
    prepared[#prepared + 1] = wrk.format(method, path, headers, body)
  end
  math.randomseed(os.time())
end

function request()
  return prepared[math.random(#prepared)]
end

function done(summary, latency, requests)
  io.write(string.format(
    'outcome {"requests": %d, "duration_us": %d, "not_ok": %d, "broken": %d, "p50_us": %d, "p95_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
