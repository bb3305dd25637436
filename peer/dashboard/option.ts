import { Option } from 'commander'
import { placeOf } from '../serving/place.ts'

/** `--dashboard`, which is the same wherever there is one. */
export function dashboardOption(): Option {
  return new Option(
    '--dashboard <[HOST:]PORT>',
    'show it in a browser, at the address that is printed; without HOST, for this machine only',
  ).argParser(placeOf)
}
