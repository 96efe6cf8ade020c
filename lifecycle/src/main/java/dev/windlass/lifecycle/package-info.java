/** Manager, runnables, contexts, scopes, registry and stop reports: the part of Windlass that knows no Kubernetes. */
@org.jspecify.annotations.NullMarked
package dev.windlass.lifecycle;
