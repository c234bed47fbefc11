// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.
import { Type } from 'typebox'
import * as S from './schemas.ts'

export const register = {
  operationId: 'register',
  method: 'POST',
  url: '/v1/register',
  tags: ['Auth'],
  public: true,
  roles: [],
  successStatus: 201,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.Registration,
    response: {
      201: S.RegistrationResult,
      400: S.Problem,
      409: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const login = {
  operationId: 'login',
  method: 'POST',
  url: '/v1/login',
  tags: ['Auth'],
  public: true,
  roles: [],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.Credentials,
    response: {
      200: S.TokenPair,
      400: S.Problem,
      401: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const refreshToken = {
  operationId: 'refreshToken',
  method: 'POST',
  url: '/v1/token/refresh',
  tags: ['Auth'],
  public: true,
  roles: [],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.RefreshTokenInput,
    response: {
      200: S.TokenPair,
      400: S.Problem,
      401: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const logout = {
  operationId: 'logout',
  method: 'POST',
  url: '/v1/logout',
  tags: ['Auth'],
  public: true,
  roles: [],
  successStatus: 204,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.RefreshTokenInput,
    response: {
      204: Type.Null(),
      400: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getMe = {
  operationId: 'getMe',
  method: 'GET',
  url: '/v1/me',
  tags: ['Auth'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.User,
      401: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const createUser = {
  operationId: 'createUser',
  method: 'POST',
  url: '/v1/users',
  tags: ['Users'],
  public: false,
  roles: ['staff', 'admin'],
  successStatus: 201,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.UserCreate,
    response: {
      201: S.User,
      400: S.Problem,
      401: S.Problem,
      403: S.Problem,
      409: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const listUsers = {
  operationId: 'listUsers',
  method: 'GET',
  url: '/v1/users',
  tags: ['Users'],
  public: false,
  roles: ['staff', 'admin'],
  successStatus: 200,
  schema: {
    querystring: Type.Object({
      page: Type.Optional(Type.Integer({ minimum: 1, maximum: 2147483647 })),
      per_page: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
      cursor: Type.Optional(Type.String({ maxLength: 512, pattern: '^[A-Za-z0-9_-]*$' })),
      q: Type.Optional(Type.String({ minLength: 2, maxLength: 64 })),
      name: Type.Optional(S.PersonName),
      email: Type.Optional(S.EmailAddress),
      min_age: Type.Optional(S.Age),
      max_age: Type.Optional(S.Age),
      pincode: Type.Optional(S.Pincode),
      sort: Type.Enum(['id', '-id', 'created_at', '-created_at', 'updated_at', '-updated_at', 'age', '-age'], { type: 'string', default: 'id' }),
    }, { additionalProperties: false }),
    response: {
      200: S.UserList,
      401: S.Problem,
      403: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getUser = {
  operationId: 'getUser',
  method: 'GET',
  url: '/v1/users/:id',
  tags: ['Users'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.User,
      401: S.Problem,
      404: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const updateUser = {
  operationId: 'updateUser',
  method: 'PUT',
  url: '/v1/users/:id',
  tags: ['Users'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.UserUpdate,
    response: {
      200: S.User,
      400: S.Problem,
      401: S.Problem,
      403: S.Problem,
      404: S.Problem,
      409: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const deleteUser = {
  operationId: 'deleteUser',
  method: 'DELETE',
  url: '/v1/users/:id',
  tags: ['Users'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 204,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      204: Type.Null(),
      400: S.Problem,
      401: S.Problem,
      403: S.Problem,
      404: S.Problem,
      409: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const listUserTransactions = {
  operationId: 'listUserTransactions',
  method: 'GET',
  url: '/v1/users/:id/transactions',
  tags: ['Transactions'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({
      page: Type.Optional(Type.Integer({ minimum: 1, maximum: 2147483647 })),
      per_page: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
      cursor: Type.Optional(Type.String({ maxLength: 512, pattern: '^[A-Za-z0-9_-]*$' })),
      from: Type.Optional(S.DateOrDateTime),
      to: Type.Optional(S.DateOrDateTime),
      type: Type.Optional(S.TransactionType),
      currency: Type.Optional(S.Currency),
      min_amount: Type.Optional(S.AmountLimit),
      max_amount: Type.Optional(S.AmountLimit),
    }, { additionalProperties: false }),
    response: {
      200: S.TransactionList,
      401: S.Problem,
      404: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getUserAnalytics = {
  operationId: 'getUserAnalytics',
  method: 'GET',
  url: '/v1/users/:id/analytics',
  tags: ['Analytics'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({
      from: Type.Optional(S.CalendarDate),
      to: Type.Optional(S.CalendarDate),
      currency: Type.Optional(S.Currency),
    }, { additionalProperties: false }),
    headers: Type.Object({
      'cache-control': Type.Optional(Type.String({ maxLength: 256 })),
    }, { additionalProperties: true }),
    response: {
      200: S.Analytics,
      401: S.Problem,
      404: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getUserDailyAnalytics = {
  operationId: 'getUserDailyAnalytics',
  method: 'GET',
  url: '/v1/users/:id/analytics/daily',
  tags: ['Analytics'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({
      from: Type.Optional(S.CalendarDate),
      to: Type.Optional(S.CalendarDate),
      currency: Type.Optional(S.Currency),
    }, { additionalProperties: false }),
    headers: Type.Object({
      'cache-control': Type.Optional(Type.String({ maxLength: 256 })),
    }, { additionalProperties: true }),
    response: {
      200: S.DailyAnalyticsList,
      401: S.Problem,
      404: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const createTransaction = {
  operationId: 'createTransaction',
  method: 'POST',
  url: '/v1/transactions',
  tags: ['Transactions'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 201,
  schema: {
    querystring: Type.Object({
      dry_run: Type.Boolean({ default: false }),
    }, { additionalProperties: false }),
    body: S.TransactionCreate,
    response: {
      200: S.TransactionPreview,
      201: S.Transaction,
      400: S.Problem,
      401: S.Problem,
      404: S.Problem,
      409: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const bulkCreateTransactions = {
  operationId: 'bulkCreateTransactions',
  method: 'POST',
  url: '/v1/transactions/bulk',
  tags: ['Transactions'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 201,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.TransactionBulkCreateUnchecked,
    response: {
      201: S.TransactionBulkResult,
      400: S.Problem,
      401: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getTransaction = {
  operationId: 'getTransaction',
  method: 'GET',
  url: '/v1/transactions/:id',
  tags: ['Transactions'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.Transaction,
      401: S.Problem,
      404: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const updateTransaction = {
  operationId: 'updateTransaction',
  method: 'PUT',
  url: '/v1/transactions/:id',
  tags: ['Transactions'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 200,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({}, { additionalProperties: false }),
    body: S.TransactionUpdate,
    response: {
      200: S.Transaction,
      400: S.Problem,
      401: S.Problem,
      404: S.Problem,
      409: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const deleteTransaction = {
  operationId: 'deleteTransaction',
  method: 'DELETE',
  url: '/v1/transactions/:id',
  tags: ['Transactions'],
  public: false,
  roles: ['user', 'staff', 'admin'],
  successStatus: 204,
  schema: {
    params: Type.Object({
      id: S.Id,
    }, { additionalProperties: false }),
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      204: Type.Null(),
      400: S.Problem,
      401: S.Problem,
      404: S.Problem,
      413: S.Problem,
      415: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getLiveness = {
  operationId: 'getLiveness',
  method: 'GET',
  url: '/health/live',
  tags: ['System'],
  public: true,
  roles: [],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.Liveness,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getReadiness = {
  operationId: 'getReadiness',
  method: 'GET',
  url: '/health/ready',
  tags: ['System'],
  public: true,
  roles: [],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.Readiness,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Readiness,
    },
  },
} as const

export const getMetrics = {
  operationId: 'getMetrics',
  method: 'GET',
  url: '/metrics',
  tags: ['System'],
  public: true,
  roles: [],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.MetricsText,
      401: S.Problem,
      403: S.Problem,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getOpenApiJson = {
  operationId: 'getOpenApiJson',
  method: 'GET',
  url: '/openapi.json',
  tags: ['System'],
  public: true,
  roles: [],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.OpenApiDocument,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const getOpenApiYaml = {
  operationId: 'getOpenApiYaml',
  method: 'GET',
  url: '/openapi.yaml',
  tags: ['System'],
  public: true,
  roles: [],
  successStatus: 200,
  schema: {
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: S.OpenApiYaml,
      422: S.ValidationProblem,
      500: S.Problem,
      503: S.Problem,
    },
  },
} as const

export const operations = {
  register,
  login,
  refreshToken,
  logout,
  getMe,
  createUser,
  listUsers,
  getUser,
  updateUser,
  deleteUser,
  listUserTransactions,
  getUserAnalytics,
  getUserDailyAnalytics,
  createTransaction,
  bulkCreateTransactions,
  getTransaction,
  updateTransaction,
  deleteTransaction,
  getLiveness,
  getReadiness,
  getMetrics,
  getOpenApiJson,
  getOpenApiYaml,
} as const

export type OperationId = keyof typeof operations
