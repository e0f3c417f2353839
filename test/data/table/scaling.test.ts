import { describe, expect, test } from 'vitest'
import { Scaling, ScalingFitter, type ScalingKind } from '../../../src/data/all.ts'

const values = [2, 4, 4, 4, 5, 5, 7, 9]

describe('a scaling', () => {
  test.each<readonly [ScalingKind, number, number]>([
    ['standard', 5, 2],
    ['minmax', 2, 7],
    ['robust', 4.5, 1.5], // quartiles 4 and 5.5
    ['none', 0, 1],
  ])('%s shifts by %d and divides by %d, and back', (kind, shift, scale) => {
    const scaling = Scaling.fit(new Map([['x', values]]), kind)
    expect(scaling.columns).toEqual([{ name: 'x', shift, scale }])
    const scaled = scaling.apply('x', values)
    expect([...scaled]).toEqual(values.map((value) => Math.fround((value - shift) / scale)))
    scaling.inverse('x', scaled).forEach((value, index) => expect(value).toBeCloseTo(values[index]!, 5))
  })

  test('is fitted on the training rows alone', () => {
    const columns = new Map([
      ['x', [1, 3, 1000]],
      ['y', [0, 4, -1000]],
    ])
    const scaling = Scaling.fit(columns, 'minmax', [0, 1])
    expect(scaling.columns).toEqual([
      { name: 'x', shift: 1, scale: 2 },
      { name: 'y', shift: 0, scale: 4 },
    ])
    expect([...scaling.applyFrames([2, 2, 3, 4])]).toEqual([0.5, 0.5, 1, 1])
    expect([...scaling.inverseFrames([0.5, 0.5, 1, 1])]).toEqual([2, 2, 3, 4])
  })

  test('of rows that stream by is the same', () => {
    const fitter = new ScalingFitter(['x'], 'standard')
    fitter.add(new Map([['x', values.slice(0, 3)]]))
    fitter.add(new Map([['x', values.slice(3)]]))
    expect(fitter.finish().toJSON()).toEqual(Scaling.fit(new Map([['x', values]])).toJSON())
    expect(() => new ScalingFitter(['x'], 'none').finish()).toThrow('the training part has no rows')
  })

  test.each<ScalingKind>(['standard', 'minmax', 'robust'])('%s refuses a constant column', (kind) => {
    expect(() => Scaling.fit(new Map([['price', [3, 3, 3]]]), kind)).toThrow(
      'The column "price" is 3 in every row of the training part, so it cannot be scaled; leave it out',
    )
    expect(() => Scaling.fit(new Map([['price', [3, 3, 4]]]), kind, [0, 1])).toThrow('cannot be scaled')
  })

  test('is of finite numbers', () => {
    expect(() => Scaling.fit(new Map([['price', [3, 4, NaN]]]))).toThrow(
      'the training part, column price, number 3: the value is NaN; fill in or leave out what is missing',
    )
    expect(() => Scaling.fit(new Map([['price', [3, 4]]]), 'minmax', [1, 2])).toThrow(
      'number 2: the value is NaN',
    )
  })

  test('survives JSON', () => {
    const scaling = Scaling.fit(new Map([['x', values]]), 'robust')
    const again = Scaling.fromJSON(JSON.parse(JSON.stringify(scaling)))
    expect(again.toJSON()).toEqual(scaling.toJSON())
    expect([...again.apply('x', [6])]).toEqual([1])
  })

  test.each([
    [null],
    [{}],
    [{ kind: 'log', columns: [] }],
    [{ kind: 'standard', columns: [{ name: 'x', shift: 0 }] }],
    [{ kind: 'standard', columns: [{ name: 'x', shift: 0, scale: 0 }] }],
  ])('is not %j', (value) => {
    expect(() => Scaling.fromJSON(value)).toThrow('This is no scaling')
  })

  test('knows its columns', () => {
    const scaling = Scaling.fit(
      new Map([
        ['x', values],
        ['y', values],
      ]),
    )
    expect(() => scaling.apply('z', [1])).toThrow('the scaling has no column "z"; it has x, y')
    expect(() => scaling.applyFrames([1, 2, 3])).toThrow('The scaling is for 2 columns')
    expect(() => Scaling.fit(new Map([['x', values]]), 'log' as 'none')).toThrow(
      'scaling must be one of standard',
    )
  })
})
