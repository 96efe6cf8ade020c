package dev.windlass.apiserver;

/**
 * What a client proves itself by: a certificate that the server's authority has signed.
 *
 * @param certificatePem
 *            the certificate
 * @param keyPem
 *            its private key, unencrypted, as PKCS #8
 */
public record ClientCertificate(String certificatePem, String keyPem) {
}
