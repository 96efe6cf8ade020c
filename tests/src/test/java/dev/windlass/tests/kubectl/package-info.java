/** What people do with kubectl, on the embedded and on the real API server. */
@org.jspecify.annotations.NullMarked
package dev.windlass.tests.kubectl;
