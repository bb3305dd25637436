import { testHonestBeside } from './beside-lies.ts'

// The others take longer: see the tests of what is large.
testHonestBeside([
  ['large-vector', 1, 'offered'],
  ['leaves-doubts', 8, 'doubt'],
  ['holds-slots', 3, 'held'],
])
