{
  /** What the scripts after this one add to Swagger UI, which starts once the page has loaded. */
  window.swaggerUiPlugins = []

  const Bundle = window.SwaggerUIBundle
  const start = (config) =>
    Bundle({ ...config, plugins: [...config.plugins, ...window.swaggerUiPlugins] })
  window.SwaggerUIBundle = Object.assign(start, Bundle)
}
