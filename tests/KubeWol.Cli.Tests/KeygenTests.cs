using System.Security.Cryptography;
using KubeWol.Proofs;

namespace KubeWol.Cli.Tests;

public sealed class KeygenTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_makes_a_pair_that_fits()
    {
        _ = (await Run.Async("keygen", "ops", "--out", _folder.Path)).Checked;
        using var own = ECDsa.Create();
        own.ImportFromPem(await File.ReadAllTextAsync(_folder.File("ops.pem"), TestContext.Current.CancellationToken));
        Assert.True(SigningKeys.TryReadPublic(await File.ReadAllTextAsync(_folder.File("ops.pub.pem"), TestContext.Current.CancellationToken), out var other, out var why), why);
        using (other) Assert.Equal(own.ExportSubjectPublicKeyInfo(), other.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    public async Task Nobody_else_can_read_the_private_key()
    {
        _ = (await Run.Async("keygen", "ops", "--out", _folder.Path)).Checked;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("ops.pem")));
    }

    [Fact]
    public async Task The_private_key_is_printed_nowhere()
    {
        var run = await Run.Async("keygen", "ops", "--out", _folder.Path);
        Assert.DoesNotContain("PRIVATE", run.Out + run.Error, StringComparison.Ordinal);
        Assert.Contains("-----BEGIN PUBLIC KEY-----", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_there_is_not_written_over()
    {
        _ = (await Run.Async("keygen", "ops", "--out", _folder.Path)).Checked;
        var before = await File.ReadAllBytesAsync(_folder.File("ops.pem"), TestContext.Current.CancellationToken);
        var again = await Run.Async("keygen", "ops", "--out", _folder.Path);
        Assert.Equal(ExitCode.Failed, again.Code);
        Assert.EndsWith("Give the new key another name.\n", again.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File("ops.pem"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        var run = await Run.Async("keygen", "ops", "--out", _folder.File("none"));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("error: cannot write", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ops.pub.pem", "holds no unencrypted private key")]
    [InlineData("garbage.pem", "holds no unencrypted private key")]
    [InlineData("p384.pem", "cannot sign that: ES256 signs with a key on P-256.")]
    [InlineData("rsa.pem", "holds no unencrypted private key for ECDSA")]
    public async Task What_cannot_sign_is_refused(string file, string why)
    {
        _ = (await Run.Async("keygen", "ops", "--out", _folder.Path)).Checked;
        await File.WriteAllTextAsync(_folder.File("garbage.pem"), "-----BEGIN", TestContext.Current.CancellationToken);
        using (var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384)) await File.WriteAllTextAsync(_folder.File("p384.pem"), p384.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        using (var rsa = RSA.Create(2048)) await File.WriteAllTextAsync(_folder.File("rsa.pem"), rsa.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var run = await Run.Async("send", "52:54:00:12:34:56", "--dry-run", "--verb", "wake", "--sign-key", _folder.File(file));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_too_long_is_refused()
    {
        _ = (await Run.Async("keygen", "ops", "--out", _folder.Path)).Checked;
        var parameters = Enumerable.Range(0, 32).SelectMany(i => (string[])["--parameter", $"parameter-{i}={new string('x', 40)}"]);
        var run = await Run.Async(["send", "52:54:00:12:34:56", "--dry-run", "--verb", "instantiate", "--sign-key", _folder.File("ops.pem"), .. parameters]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("error: cannot sign that: The command has", run.Error, StringComparison.Ordinal);
    }
}
