import { Option } from 'commander'
import { placeOf } from '../serving/place.ts'

export function metricsOption(): Option {
  return new Option(
    '--metrics <[HOST:]PORT>',
    'serve /metrics to Prometheus, and /healthz and /readyz; without HOST, to this machine only',
  ).argParser(placeOf)
}
