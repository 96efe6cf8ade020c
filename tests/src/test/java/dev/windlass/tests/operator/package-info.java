/** The website example as a program that is deployed: run, its rights, what is rendered for it. */
@org.jspecify.annotations.NullMarked
package dev.windlass.tests.operator;
