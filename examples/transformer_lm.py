"""A small transformer language model, trained on sequences of a random Markov chain."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TOKENS = 24
CONTEXT = 32
WIDTH = 64
HEADS = 4
LAYERS = 2
BATCH = 32
STEPS = 150


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.mix = nn.Linear(WIDTH, WIDTH)
        self.before_mlp = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        qkv = self.qkv(self.before_attention(x)).unflatten(-1, (3, HEADS, WIDTH // HEADS))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each: batch, head, time, width of a head
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.mix(attended.transpose(1, 2).flatten(-2))
        return x + self.mlp(self.before_mlp(x))


class LanguageModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Embedding(TOKENS, WIDTH)
        self.position = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, TOKENS)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.token(tokens) + self.position.weight[: tokens.shape[1]]
        return self.head(self.norm(self.blocks(x)))


def sample(chain: Tensor) -> Tensor:
    """A batch of sequences of the chain, one token longer than the context."""
    tokens = [torch.randint(TOKENS, (BATCH,))]
    for _ in range(CONTEXT):
        tokens.append(torch.multinomial(chain[tokens[-1]], 1).squeeze(1))
    return torch.stack(tokens, dim=1)


def train() -> list[float]:
    """The loss of every step, in nats a token."""
    torch.manual_seed(0)
    chain = torch.softmax(3 * torch.randn(TOKENS, TOKENS), dim=1)  # row i: what follows token i
    model = LanguageModel()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    losses = []
    for step in range(STEPS):
        tokens = sample(chain)
        logits = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 25 == 0 or step == STEPS - 1:
            print(f"step {step:3d}  loss {loss:.3f}")
    return losses


if __name__ == "__main__":
    train()
