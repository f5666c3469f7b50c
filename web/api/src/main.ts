/** The combined API document of this installation, as a page to read and to try. */
import 'swagger-ui-dist/swagger-ui.css'
import './page.css'

import SwaggerUIBundle from 'swagger-ui-dist/swagger-ui-es-bundle.js'

SwaggerUIBundle({
  dom_id: '#api',
  url: '/openapi.json',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  displayRequestDuration: true,
  // A hosted validator would be a third party that learns what we look at.
  validatorUrl: null,
  persistAuthorization: false,
})
