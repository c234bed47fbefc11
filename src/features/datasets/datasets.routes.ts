import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { DatasetService } from './datasets.service.ts'
import { datasetView } from './datasets.view.ts'

export function datasetRoutes(handle: Handle, datasets: DatasetService): void {
  handle(operations.listDatasets, async ({ query, request, reply }) => {
    const page = await datasets.list(query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(datasetView) })
  })

  handle(operations.getDataset, async ({ params }) => datasetView(await datasets.get(params.name)))

  handle(operations.deleteDataset, async ({ params }) => {
    await datasets.remove(params.name)
    return null
  })

  handle(operations.listDatasetRows, async ({ params, query, request, reply }) => {
    const rows = sendPage(request, reply, query, await datasets.rows(params.name, query))
    // The rows are JSON text already: parsing them would round numbers.
    reply.type('application/json; charset=utf-8').serializer(String)
    return `[${rows.join(',')}]` as never
  })

  handle(operations.getDatasetIndexes, async ({ params }) => datasets.indexes(params.name))

  handle(operations.updateDatasetIndexes, async ({ params, body }) =>
    datasets.setIndexes(params.name, body.columns),
  )

  handle(operations.exportDataset, async ({ params, query, reply }) => {
    const file = await datasets.export(params.name, query.safe)
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${params.name}.csv"`)
    return file
  })
}
