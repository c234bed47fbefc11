/** Shows the id of a request below its answer. It leads to the request in the log. */
window.swaggerUiPlugins.push(({ React }) => ({
  wrapComponents: {
    liveResponse: (Original) => (props) =>
      React.createElement(
        'div',
        null,
        React.createElement(Original, props),
        React.createElement(
          'p',
          { className: 'request-id' },
          'Request id: ',
          React.createElement('code', null, props.response.getIn(['headers', 'x-request-id'])),
        ),
      ),
  },
}))
