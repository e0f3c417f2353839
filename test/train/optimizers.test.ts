import { describe, expect, test } from 'vitest'
import { applyUpdate, clipGradients } from '../../src/runtime/reference/update.ts'
import {
  type OptimizerOptions,
  defaultLearningRate,
  optimizerNames,
  resolveOptimizer,
  slotCount,
  updateSettings,
} from '../../src/train/index.ts'

const numbers = { learningRate: 0.1, clipNorm: 0, clipValue: 0 }

/** The parameter after each of three updates, from 1 with gradients 0.3, -0.7, 0.1. */
function follow(options: OptimizerOptions): number[] {
  const optimizer = resolveOptimizer(options)
  const parameter = Float64Array.of(1)
  const slots = Array.from({ length: slotCount(optimizer) }, () => new Float64Array(1))
  return [0.3, -0.7, 0.1].map((g, i) => {
    applyUpdate(updateSettings(optimizer, { ...numbers, count: i + 1 }), parameter, Float64Array.of(g), slots)
    return parameter[0]!
  })
}

const rms = { name: 'rmsprop', alpha: 0.9, epsilon: 1e-6 } as const
const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 } as const

// The numbers were computed from PyTorch's formulas by a few lines of Python.
describe('three updates of', () => {
  test.each<[string, OptimizerOptions, number[]]>([
    ['sgd with weight decay', { name: 'sgd', weightDecay: 0.01 }, [0.969, 1.038031, 1.026992969]],
    ['momentum', { name: 'momentum' }, [0.97, 1.013, 1.0417]],
    ['nesterov', { name: 'momentum', nesterov: true }, [0.943, 1.0517, 1.06753]],
    ['rmsprop', rms, [0.6837755672813594, 0.9767152240901311, 0.9330260431002597]],
    [
      'centered rmsprop',
      { ...rms, centered: true },
      [0.6666703703292185, 0.9644713492265216, 0.9204346194797862],
    ],
    [
      'rmsprop with momentum',
      { ...rms, momentum: 0.5 },
      [0.6837755672813592, 0.8186030077308106, 0.8423275469656649],
    ],
    [
      'centered rmsprop with momentum',
      { ...rms, momentum: 0.5, centered: true },
      [0.6666703703292185, 0.7978065343911309, 0.8193378866753518],
    ],
    [
      'adam',
      { name: 'adam', ...adam, weightDecay: 0.02 },
      [0.9000000031249998, 0.9388659447284269, 0.958644264439985],
    ],
    [
      'adamw',
      { name: 'adamw', ...adam, weightDecay: 0.05 },
      [0.8950000033333332, 0.9324781559698192, 0.9517130628611636],
    ],
  ])('%s', (_name, options, expected) => {
    follow(options).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 14))
  })
})

describe('clipping', () => {
  const settings = updateSettings(resolveOptimizer('sgd'), { ...numbers, count: 1 })

  test('by value comes first, and the norm is that between the two', () => {
    const gradients = [Float64Array.of(3, -9), Float64Array.of(0.5)]
    const norm = clipGradients({ ...settings, clipValue: 4, clipNorm: 2 }, gradients)
    expect(norm).toBeCloseTo(Math.sqrt(9 + 16 + 0.25), 14)
    const factor = 2 / (norm + 1e-6)
    expect(gradients).toEqual([Float64Array.of(3 * factor, -4 * factor), Float64Array.of(0.5 * factor)])
  })

  test('leaves small gradients as they are', () => {
    const gradients = [Float64Array.of(3, -4)]
    expect(clipGradients({ ...settings, clipNorm: 6 }, gradients)).toBe(5)
    expect(clipGradients(settings, gradients)).toBe(5)
    expect(gradients).toEqual([Float64Array.of(3, -4)])
  })

  test('does not hide a gradient that is no number', () => {
    expect(clipGradients({ ...settings, clipValue: 1 }, [Float64Array.of(NaN)])).toBeNaN()
  })
})

describe('an optimizer', () => {
  test('has as many slots as its rule needs', () => {
    const counts = (options: OptimizerOptions): number => slotCount(resolveOptimizer(options))
    expect(optimizerNames.map((name) => counts({ name }))).toEqual([0, 1, 1, 2, 2])
    expect(counts({ name: 'sgd', momentum: 0.5 })).toBe(1)
    expect(counts({ name: 'rmsprop', momentum: 0.5 })).toBe(2)
    expect(counts({ name: 'rmsprop', momentum: 0.5, centered: true })).toBe(3)
  })

  test('keeps its options when it is resolved again', () => {
    for (const name of optimizerNames) {
      const optimizer = resolveOptimizer(name)
      expect(resolveOptimizer(optimizer)).toEqual(optimizer)
      expect(defaultLearningRate(name)).toBeGreaterThan(0)
    }
    expect(resolveOptimizer('adamw')).toEqual({
      name: 'adamw',
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
    })
  })

  test('refuses options of others and numbers out of range', () => {
    expect(() => resolveOptimizer({ name: 'sgd', beta1: 0.9 })).toThrow(
      'The optimizer sgd has no option "beta1"; it takes momentum, nesterov, weightDecay.',
    )
    expect(() => resolveOptimizer({ name: 'adam', beta2: 1 })).toThrow(
      'beta2 must be a number at least 0 and below 1',
    )
    expect(() => resolveOptimizer({ name: 'adam', epsilon: 0 })).toThrow('epsilon must be a number above 0')
    expect(() => resolveOptimizer({ name: 'sgd', nesterov: true })).toThrow('nesterov needs a momentum')
    expect(() => resolveOptimizer('adagrad' as 'adam')).toThrow(
      'must be one of sgd, momentum, rmsprop, adam, adamw',
    )
  })
})
