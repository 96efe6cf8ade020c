/** What users do with clusters and controllers, from end to end, on an embedded or a real API server. */
@org.jspecify.annotations.NullMarked
package dev.windlass.tests.e2e;
