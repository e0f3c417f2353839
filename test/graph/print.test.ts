import { expect, it } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { compile } from '../../src/equations/index.ts'
import {
  Builder,
  differentiate,
  differentiateStep,
  numbers,
  printGraph,
  printStep,
} from '../../src/graph/all.ts'

const lstm = compile(library.find(({ name }) => name === 'lstm')!.equations, { name: 'lstm' }).graph({
  input: 3,
  hidden: 4,
})

it('prints the step of the LSTM', () => {
  expect(printStep(lstm)).toMatchInlineSnapshot(`
    "%0 x [B,3] = input()
    %1 c [B,4] = state()
    %2 h [B,4] = state()
    %3 Wf [4,7] = parameter()
    %4 [B,7] = concat(%2, %0)
    %5 [B,4] = product(%3, %4)
    %6 bf [4] = parameter()
    %7 [B,4] = add(%5, %6)
    %8 f [B,4] = sigmoid(%7)
    %9 Wi [4,7] = parameter()
    %10 [B,4] = product(%9, %4)
    %11 bi [4] = parameter()
    %12 [B,4] = add(%10, %11)
    %13 i [B,4] = sigmoid(%12)
    %14 Wg [4,7] = parameter()
    %15 [B,4] = product(%14, %4)
    %16 bg [4] = parameter()
    %17 [B,4] = add(%15, %16)
    %18 g [B,4] = tanh(%17)
    %19 [B,4] = mul(%8, %1)
    %20 [B,4] = mul(%13, %18)
    %21 c [B,4] = add(%19, %20)
    %22 Wo [4,7] = parameter()
    %23 [B,4] = product(%22, %4)
    %24 bo [4] = parameter()
    %25 [B,4] = add(%23, %24)
    %26 o [B,4] = sigmoid(%25)
    %27 [B,4] = tanh(%21)
    %28 h [B,4] = mul(%26, %27)
    state c' = %21
    state h' = %28
    output h = %28"
  `)
})

it('prints its derivative', () => {
  const { graph, states, inputs, parameters } = differentiateStep(lstm)
  expect(printGraph({ nodes: graph.nodes }).split('\n').slice(lstm.nodes.length).join('\n'))
    .toMatchInlineSnapshot(`
    "%29 d next c [B,4] = input()
    %30 d next h [B,4] = input()
    %31 d output h [B,4] = input()
    %32 [B,4] = add(%30, %31)
    %33 [B,4] = mul(%32, %27)
    %34 [B,4] = mul(%32, %26)
    %35 [] = constant(value: 1)
    %36 [B,4] = mul(%27, %27)
    %37 [B,4] = sub(%35, %36)
    %38 [B,4] = mul(%34, %37)
    %39 [B,4] = sub(%35, %26)
    %40 [B,4] = mul(%26, %39)
    %41 [B,4] = mul(%33, %40)
    %42 [4] = sum_rows(%41)
    %43 [4,7] = outer(%41, %4)
    %44 [B,7] = product(%22, %41, transpose: true)
    %45 [B,4] = add(%29, %38)
    %46 [B,4] = mul(%45, %18)
    %47 [B,4] = mul(%45, %13)
    %48 [B,4] = mul(%45, %1)
    %49 [B,4] = mul(%45, %8)
    %50 [B,4] = mul(%18, %18)
    %51 [B,4] = sub(%35, %50)
    %52 [B,4] = mul(%47, %51)
    %53 [4] = sum_rows(%52)
    %54 [4,7] = outer(%52, %4)
    %55 [B,7] = product(%14, %52, transpose: true)
    %56 [B,4] = sub(%35, %13)
    %57 [B,4] = mul(%13, %56)
    %58 [B,4] = mul(%46, %57)
    %59 [4] = sum_rows(%58)
    %60 [4,7] = outer(%58, %4)
    %61 [B,7] = product(%9, %58, transpose: true)
    %62 [B,4] = sub(%35, %8)
    %63 [B,4] = mul(%8, %62)
    %64 [B,4] = mul(%48, %63)
    %65 [4] = sum_rows(%64)
    %66 [4,7] = outer(%64, %4)
    %67 [B,7] = product(%3, %64, transpose: true)
    %68 [B,7] = add(%44, %55)
    %69 [B,7] = add(%68, %61)
    %70 [B,7] = add(%69, %67)
    %71 [B,4] = slice(%70, offset: 0, size: 4)
    %72 [B,3] = slice(%70, offset: 4, size: 3)"
  `)
  expect({ inputs, states, parameters }).toEqual({
    inputs: [72],
    states: [49, 71],
    parameters: [66, 65, 60, 59, 54, 53, 43, 42],
  })
})

it('prints a window graph with the body of a scan under it', () => {
  const step = compile("h' = tanh(W @ [h, x])", { name: 'rnn' }).graph({ input: 2, hidden: 2 })
  const build = new Builder(numbers)
  const tokens = build.leaf('input', 'tokens', { extent: 'step', shape: [] })
  const x = build.add('onehot', [tokens], { classes: 2 })
  const h = build.leaf('input', 'h', { extent: 'row', shape: [2] })
  const w = build.leaf('parameter', 'W', { extent: 'once', shape: [2, 4] })
  const y = build.add('pick', [build.add('scan', [x, h, w], { step })], { index: 0 })
  differentiate(build, new Map([[y, build.leaf('input', 'd y', build.type(y))]]), [w])
  expect(printGraph({ nodes: build.nodes })).toMatchInlineSnapshot(`
    "%0 tokens [T,B] = input()
    %1 [T,B,2] = onehot(%0, classes: 2)
    %2 h [B,2] = input()
    %3 W [2,4] = parameter()
    %4 [T,B,2] [B,2] = scan(%1, %2, %3, rnn)
      %0 x [B,2] = input()
      %1 h [B,2] = state()
      %2 W [2,4] = parameter()
      %3 [B,4] = concat(%1, %0)
      %4 [B,2] = product(%2, %3)
      %5 h [B,2] = tanh(%4)
      state h' = %5
      output h = %5
    %5 [T,B,2] = pick(%4, index: 0)
    %6 d y [T,B,2] = input()
    %7 [] = constant(value: 0)
    %8 [B,2] = spread(%7, size: 2, extent: row)
    %9 [T,B,2] [B,2] [2,4] = scan_gradient(%1, %2, %3, %6, %8, rnn)
    %10 [T,B,2] = pick(%9, index: 0)
    %11 [B,2] = pick(%9, index: 1)
    %12 [2,4] = pick(%9, index: 2)"
  `)
})
