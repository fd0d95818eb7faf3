"""Models as people write them: each program binds `model`, and can be run with the real torch."""

from __future__ import annotations

from textwrap import dedent

_HEAD = """import copy
from collections import OrderedDict
from functools import partial
import torch
from torch import nn
"""


def _programs(**programs: str) -> dict[str, str]:
    return {name.replace("_", " "): _HEAD + dedent(code).lstrip("\n") for name, code in programs.items()}


KNOWN = _programs(
    a_layer_alone="model = nn.Linear(3, 4)",
    a_sequence_of_layers="model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.BatchNorm1d(4), nn.Linear(4, 1, False))",
    a_sequence_with_names="""
        layers = [("conv1", nn.Conv2d(1, 2, 3)), ("relu", nn.ReLU()), ("bn", nn.BatchNorm2d(2))]
        model = nn.Sequential(OrderedDict(layers))
    """,
    a_sequence_that_grows="""
        model = nn.Sequential()
        model.add_module("fc", nn.Linear(2, 2))
        model.add_module("norm", nn.GroupNorm(1, 2))
        model.append(nn.Linear(2, 2))
    """,
    a_module_on_a_device="""
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.fc1 = nn.Linear(8, 8)
                self.drop = nn.Dropout(0.5)
                self.norm = nn.LayerNorm(8)
                self.fc2 = nn.Linear(8, 2)

            def forward(self, x):
                return self.fc2(self.norm(self.drop(self.fc1(x))))

        device = torch.device("cpu")
        model = Net().to(device).train()
    """,
    nested_sequences="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.features = nn.Sequential(
                    nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True)),
                    nn.MaxPool2d(2),
                    nn.Sequential(nn.Conv2d(4, 4, 3), nn.InstanceNorm2d(4), nn.InstanceNorm2d(4, affine=True)),
                )
                self.classifier = nn.Linear(4, 2)

        model = Net()
    """,
    a_list_of_blocks="""
        class Block(nn.Module):
            def __init__(self, dim, mlp_ratio=4.0, qkv_bias=False, norm_layer=nn.LayerNorm, act_layer=nn.GELU):
                super().__init__()
                self.norm1 = norm_layer(dim)
                self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
                self.proj = nn.Linear(dim, dim)
                self.norm2 = norm_layer(dim)
                hidden = int(dim * mlp_ratio)
                self.mlp = nn.Sequential(nn.Linear(dim, hidden), act_layer(), nn.Linear(hidden, dim))

        class ViT(nn.Module):
            def __init__(self, dim=8, depth=3, norm_layer=None, qkv_bias=True):
                super().__init__()
                norm_layer = norm_layer or partial(nn.LayerNorm, eps=1e-6)
                self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
                self.pos_embed = nn.Parameter(torch.randn(1, 17, dim) * 0.02)
                self.patch = nn.Conv2d(3, dim, kernel_size=4, stride=4)
                self.blocks = nn.ModuleList([
                    Block(dim, qkv_bias=qkv_bias, norm_layer=norm_layer) for i in range(depth)
                ])
                self.norm = norm_layer(dim)
                self.head = nn.Linear(dim, 10) if dim > 0 else nn.Identity()

        model = ViT(depth=2)
    """,
    layers_by_a_method="""
        def conv3x3(cin, cout, stride=1):
            return nn.Conv2d(cin, cout, kernel_size=3, stride=stride, padding=1, bias=False)

        class BasicBlock(nn.Module):
            expansion = 1

            def __init__(self, cin, cout, stride=1, downsample=None, norm_layer=None):
                super(BasicBlock, self).__init__()
                if norm_layer is None:
                    norm_layer = nn.BatchNorm2d
                self.conv1 = conv3x3(cin, cout, stride)
                self.bn1 = norm_layer(cout)
                self.relu = nn.ReLU(inplace=True)
                self.conv2 = conv3x3(cout, cout)
                self.bn2 = norm_layer(cout)
                self.downsample = downsample

        class ResNet(nn.Module):
            def __init__(self, block, layers, classes=10):
                super().__init__()
                self.inplanes = 4
                self.conv1 = nn.Conv2d(3, 4, 7, bias=False)
                self.bn1 = nn.BatchNorm2d(4)
                self.layer1 = self._make_layer(block, 4, layers[0])
                self.layer2 = self._make_layer(block, 8, layers[1], stride=2)
                self.fc = nn.Linear(8 * block.expansion, classes)
                for m in self.modules():
                    if isinstance(m, nn.Conv2d):
                        nn.init.kaiming_normal_(m.weight, mode="fan_out")
                    elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                        nn.init.constant_(m.weight, 1)
                        nn.init.constant_(m.bias, 0)

            def _make_layer(self, block, planes, blocks, stride=1):
                downsample = None
                if stride != 1 or self.inplanes != planes * block.expansion:
                    downsample = nn.Sequential(
                        nn.Conv2d(self.inplanes, planes * block.expansion, 1, stride, bias=False),
                        nn.BatchNorm2d(planes * block.expansion),
                    )
                layers = [block(self.inplanes, planes, stride, downsample)]
                self.inplanes = planes * block.expansion
                for _ in range(1, blocks):
                    layers.append(block(self.inplanes, planes))
                return nn.Sequential(*layers)

        def resnet10(**kwargs):
            return ResNet(BasicBlock, [2, 2], **kwargs)

        model = resnet10(classes=3)
    """,
    a_table_of_layers="""
        cfgs = {"A": [4, "M", 8, "M"], "B": [4, 4, "M", 8, 8, "M"]}

        def make_layers(cfg, batch_norm=False):
            layers = []
            channels = 3
            for v in cfg:
                if v == "M":
                    layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
                else:
                    conv = nn.Conv2d(channels, v, kernel_size=3, padding=1)
                    if batch_norm:
                        layers += [conv, nn.BatchNorm2d(v), nn.ReLU(inplace=True)]
                    else:
                        layers += [conv, nn.ReLU(inplace=True)]
                    channels = v
            return nn.Sequential(*layers)

        class VGG(nn.Module):
            def __init__(self, features):
                super().__init__()
                self.features = features
                self.classifier = nn.Sequential(nn.Linear(8, 4), nn.ReLU(True), nn.Dropout(), nn.Linear(4, 2))

        model = VGG(make_layers(cfgs["B"], batch_norm=True))
    """,
    layers_added_in_a_loop="""
        class MLP(nn.Module):
            def __init__(self, sizes):
                super().__init__()
                for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
                    self.add_module(f"fc{i}", nn.Linear(a, b))
                    self.add_module("norm%d" % i, nn.LayerNorm(b))

        model = MLP([4, 8, 8, 2])
    """,
    layers_set_in_a_loop="""
        class Heads(nn.Module):
            def __init__(self, n):
                super().__init__()
                for i in range(n):
                    setattr(self, "head{}".format(i), nn.Linear(4, 2))
                self.n = n

            def forward(self, x):
                return [getattr(self, f"head{i}")(x) for i in range(self.n)]

        model = Heads(3)
    """,
    a_dict_of_layers="""
        class Heads(nn.Module):
            def __init__(self, tasks):
                super().__init__()
                self.heads = nn.ModuleDict({name: nn.Linear(4, n) for name, n in tasks.items()})
                self.norms = nn.ModuleDict(dict(a=nn.LayerNorm(4), b=nn.Identity()))
                self.more = nn.ModuleDict()
                self.more["x"] = nn.Linear(1, 1)
                self.more.update({"y": nn.Linear(1, 1)})

        model = Heads({"seg": 2, "cls": 3})
    """,
    a_tied_weight="""
        class LM(nn.Module):
            def __init__(self):
                super().__init__()
                self.transformer = nn.ModuleDict(dict(
                    wte=nn.Embedding(16, 8),
                    h=nn.ModuleList([nn.Linear(8, 8) for _ in range(2)]),
                    ln_f=nn.LayerNorm(8),
                ))
                self.lm_head = nn.Linear(8, 16, bias=False)
                self.transformer.wte.weight = self.lm_head.weight

        model = LM()
    """,
    a_shared_module="""
        class Siamese(nn.Module):
            def __init__(self, encoder):
                super().__init__()
                self.left = encoder
                self.right = encoder
                self.out = nn.Sequential(*[nn.Linear(4, 4)] * 3)

        model = Siamese(nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4)))
    """,
    copies_of_a_layer="""
        def clones(module, n):
            return nn.ModuleList([copy.deepcopy(module) for _ in range(n)])

        class Sublayer(nn.Module):
            def __init__(self, size):
                super().__init__()
                self.norm = nn.LayerNorm(size)

        class Encoder(nn.Module):
            def __init__(self, layer, n):
                super().__init__()
                self.layers = clones(layer, n)
                self.sublayer = clones(Sublayer(4), 2)
                self.norm = nn.LayerNorm(4)

        model = Encoder(nn.Linear(4, 4), 3)
    """,
    parameters_by_hand="""
        class Mixer(nn.Module):
            def __init__(self, dim, n):
                super().__init__()
                self.scale = nn.Parameter(torch.ones(dim))
                self.register_parameter("shift", nn.Parameter(torch.zeros(dim)))
                self.register_parameter("bias", None)
                self.register_buffer("mask", torch.tril(torch.ones(n, n)))
                self.temperature = nn.Parameter(torch.tensor(0.07))
                self.table = nn.Parameter(torch.empty((n, dim)))
                self.frozen = nn.Parameter(torch.rand(2, 3, 4), requires_grad=False)
                self.list = nn.ParameterList([nn.Parameter(torch.zeros(2, 2)) for _ in range(2)])
                self.plain = torch.zeros(3)
                nn.init.normal_(self.table)

        model = Mixer(4, 5)
    """,
    a_norm_of_the_program="""
        class LayerNorm(nn.Module):
            def __init__(self, features, eps=1e-6):
                super().__init__()
                self.gamma = nn.Parameter(torch.ones(features))
                self.beta = nn.Parameter(torch.zeros(features))
                self.eps = eps

        class RMSNorm(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.weight = nn.Parameter(torch.ones(dim))

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.ln = LayerNorm(4)
                self.rms = RMSNorm(4)
                self.fc = nn.Linear(4, 4)
                self.gamma = nn.Parameter(1e-5 * torch.ones(4))

        model = Net()
    """,
    a_norm_with_an_optional_bias="""
        class LayerNorm(nn.Module):
            def __init__(self, ndim, bias):
                super().__init__()
                self.weight = nn.Parameter(torch.ones(ndim))
                self.bias = nn.Parameter(torch.zeros(ndim)) if bias else None

        class Net(nn.Module):
            def __init__(self, bias=False):
                super().__init__()
                self.ln_1 = LayerNorm(8, bias=bias)
                self.ln_2 = LayerNorm(8, bias=not bias)

        model = Net()
    """,
    a_config="""
        from dataclasses import dataclass

        @dataclass
        class Config:
            n_layer: int = 12
            n_embd: int = 8
            bias: bool = True

        class MLP(nn.Module):
            def __init__(self, config):
                super().__init__()
                self.c_fc = nn.Linear(config.n_embd, 4 * config.n_embd, bias=config.bias)
                self.gelu = nn.GELU()
                self.dropout = nn.Dropout(0.0)

        class Block(nn.Module):
            def __init__(self, config):
                super().__init__()
                self.ln_1 = nn.LayerNorm(config.n_embd, bias=config.bias)
                self.mlp = MLP(config)

        class GPT(nn.Module):
            def __init__(self, config):
                super().__init__()
                assert config.n_embd is not None
                self.config = config
                self.transformer = nn.ModuleDict(dict(h=nn.ModuleList([Block(config) for _ in range(config.n_layer)])))
                self.apply(self._init_weights)

            def _init_weights(self, module):
                if isinstance(module, nn.Linear):
                    torch.nn.init.normal_(module.weight, mean=0.0, std=0.02)

        model_args = dict(n_layer=2, bias=False)
        gptconf = Config(**model_args)
        model = GPT(gptconf)
    """,
    inheritance="""
        class Base(nn.Module):
            def __init__(self, dim=4):
                super().__init__()
                self.encoder = nn.Linear(dim, dim)
                self.norm = self.make_norm(dim)
                self.head = nn.Linear(dim, 1)

            def make_norm(self, dim):
                return nn.BatchNorm1d(dim)

        class Derived(Base):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.extra = nn.Linear(2, 2)
                self.head = nn.Sequential(self.head, nn.Linear(1, 1))
                del self.encoder

            def make_norm(self, dim):
                return nn.LayerNorm(dim)

        model = Derived(dim=8)
    """,
    a_subclass_of_a_layer="""
        class ConvBNReLU(nn.Sequential):
            def __init__(self, cin, cout, groups=1):
                super().__init__(nn.Conv2d(cin, cout, 3, groups=groups, bias=False), nn.BatchNorm2d(cout), nn.ReLU6())

        class LayerNorm2d(nn.LayerNorm):
            def forward(self, x):
                return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        class Linear(nn.Linear):
            def __init__(self, a, b):
                nn.Linear.__init__(self, a, b, bias=False)
                self.gain = nn.Parameter(torch.ones(1))

        model = nn.Sequential(ConvBNReLU(3, 4), LayerNorm2d(4), Linear(4, 2))
    """,
    mixins_and_class_attributes="""
        import abc

        class Saves(abc.ABC):
            def save(self):
                pass

        class Net(nn.Module, Saves):
            norm_class = nn.GroupNorm
            width = 4

            def __init__(self):
                nn.Module.__init__(self)
                self.norm = self.norm_class(2, self.width)
                self.head = self._head

            @property
            def _head(self):
                return nn.Linear(self.width, 1)

        model = Net()
    """,
    recurrent_layers="""
        class Tagger(nn.Module):
            def __init__(self, vocabulary, layers=2):
                super().__init__()
                self.emb = nn.Embedding(vocabulary, 4, padding_idx=0)
                self.lstm = nn.LSTM(4, 5, num_layers=layers, bidirectional=True, batch_first=True)
                self.gru = nn.GRU(4, 4, bias=False)
                self.proj = nn.LSTM(4, 6, proj_size=3)
                self.rnn = nn.RNN(4, 4, 2)
                self.cell = nn.LSTMCell(4, 4)

        model = Tagger(10)
    """,
    attention_and_transformers="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.attn = nn.MultiheadAttention(8, 2, bias=False, add_bias_kv=True)
                layer = nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=8, batch_first=True)
                self.encoder = nn.TransformerEncoder(layer, num_layers=2, norm=nn.LayerNorm(8))
                self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 8, bias=False), 1)

        model = Net()
    """,
    a_whole_transformer="model = nn.Transformer(8, 2, num_encoder_layers=2, num_decoder_layers=1, dim_feedforward=8)",
    norms_and_their_switches="""
        model = nn.Sequential(
            nn.BatchNorm2d(4, affine=False), nn.BatchNorm1d(4), nn.LayerNorm(4, elementwise_affine=False),
            nn.LayerNorm((4, 4)), nn.LayerNorm([2, 3, 4], bias=False), nn.GroupNorm(2, 4),
            nn.GroupNorm(2, 4, affine=False), nn.RMSNorm(4), nn.InstanceNorm1d(4), nn.InstanceNorm3d(4, affine=True),
            nn.LocalResponseNorm(2), nn.PReLU(),
        )
    """,
    lazy_layers="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.LazyConv2d(4, 3)
                self.norm = nn.LazyBatchNorm2d()
                self.fc = nn.LazyLinear(2, bias=False)

        model = Net()
    """,
    a_wrapper="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)

        model = Net()
        model = nn.DataParallel(model)
    """,
    a_compiled_model="model = torch.compile(nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2)))",
    a_part_of_a_compiled_model="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.norm = nn.LayerNorm(2)
                self.head = nn.Linear(2, 2, bias=False)

        net = nn.DataParallel(torch.compile(Net()))
        model = net.module.head
    """,
    a_submodule="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.encoder = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2))
                self.decoder = nn.Linear(2, 2)

        net = Net()
        model = net.encoder
    """,
    a_layer_replaced_outside="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                self.norm = nn.LayerNorm(2)
                self.tail = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))

        model = Net()
        model.fc = nn.Sequential(nn.Dropout(), nn.Linear(2, 2))
        model.norm = nn.Identity()
        model.tail[1] = nn.BatchNorm1d(2)
    """,
    branches_on_literals="""
        class Net(nn.Module):
            def __init__(self, use_bn=True, norm="ln", depth=2, residual=False):
                super().__init__()
                layers = []
                for i in range(depth):
                    layers.append(nn.Linear(4, 4, bias=not use_bn))
                    if use_bn:
                        layers.append(nn.BatchNorm1d(4))
                    if i < depth - 1:
                        layers.append(nn.ReLU())
                self.net = nn.Sequential(*layers)
                if norm == "bn":
                    self.norm = nn.BatchNorm1d(4)
                elif norm == "ln":
                    self.norm = nn.LayerNorm(4)
                else:
                    raise ValueError(norm)
                self.skip = nn.Linear(4, 4) if residual else None
                if residual:
                    self.gate = nn.Parameter(torch.zeros(1))

        model = Net(use_bn=False, norm="bn")
    """,
    a_closure_and_a_lambda="""
        class PreNorm(nn.Module):
            def __init__(self, dim, fn):
                super().__init__()
                self.norm = nn.LayerNorm(dim)
                self.fn = fn

        def mixer(dim, depth):
            wrap = lambda fn: PreNorm(dim, fn)

            def feed(factor=2):
                return nn.Sequential(nn.Linear(dim, dim * factor), nn.GELU(), nn.Linear(dim * factor, dim))

            return nn.Sequential(
                nn.Conv2d(3, dim, 4),
                *[nn.Sequential(wrap(feed()), wrap(feed(3))) for _ in range(depth)],
                nn.LayerNorm(dim),
            )

        model = mixer(4, 2)
    """,
    lists_of_lists="""
        class Transformer(nn.Module):
            def __init__(self, dim, depth):
                super().__init__()
                self.layers = nn.ModuleList([])
                for _ in range(depth):
                    self.layers.append(nn.ModuleList([nn.LayerNorm(dim), nn.Linear(dim, dim)]))
                self.kept = [nn.Linear(dim, dim)]
                self.rest = nn.ModuleList()
                self.rest += [nn.Linear(dim, dim)]
                self.rest.extend([nn.LayerNorm(dim)])
                self.rest.insert(0, nn.Embedding(2, 2))

        model = Transformer(4, 2)
    """,
    a_unet_by_a_stack="""
        def double(cin, cout):
            return nn.Sequential(nn.Conv2d(cin, cout, 3), nn.BatchNorm2d(cout), nn.ReLU())

        class UNet(nn.Module):
            def __init__(self, features=(4, 8, 16)):
                super().__init__()
                self.ups = nn.ModuleList()
                self.downs = nn.ModuleList()
                cin = 3
                for feature in features:
                    self.downs.append(double(cin, feature))
                    cin = feature
                for feature in reversed(features):
                    self.ups.append(nn.ConvTranspose2d(feature * 2, feature, 2, 2))
                    self.ups.append(double(feature * 2, feature))
                self.bottleneck = double(features[-1], features[-1] * 2)
                self.final = nn.Conv2d(features[0], 1, 1)

        model = UNet()
    """,
    a_stage_by_a_while_loop="""
        class Tower(nn.Module):
            def __init__(self, size):
                super().__init__()
                self.stages = nn.ModuleList()
                while size > 4:
                    self.stages.append(nn.Conv1d(size, size // 2, 1))
                    size //= 2
                self.out = nn.ConvTranspose1d(size, 1, 1, bias=False)

        model = Tower(32)
    """,
    a_registry_of_layers="""
        NORMS = {"batch": nn.BatchNorm2d, "group": lambda c: nn.GroupNorm(2, c), "none": nn.Identity}
        ACTS = {"relu": nn.ReLU, "prelu": nn.PReLU}

        class Conv(nn.Module):
            def __init__(self, cin, cout, norm="batch", act="relu", **kwargs):
                super().__init__()
                self.conv = nn.Conv2d(cin, cout, 3, **kwargs)
                self.norm = NORMS[norm](cout)
                self.act = ACTS.get(act, nn.ReLU)()

        model = nn.Sequential(Conv(3, 4), Conv(4, 4, norm="group", act="prelu", bias=False), Conv(4, 4, "none"))
    """,
    weight_norm_of_old="""
        model = nn.Sequential(nn.utils.weight_norm(nn.Conv1d(2, 2, 3)), nn.utils.spectral_norm(nn.Linear(2, 2)))
    """,
    a_function_that_trains="""
        class Net(nn.Module):
            def __init__(self, width):
                super().__init__()
                self.body = nn.ModuleDict([["a", nn.Linear(width, width)], ["b", nn.LayerNorm(width)]])

        def build(width, bn=False):
            if bn:
                return nn.Sequential(Net(width), nn.BatchNorm1d(width))
            return Net(width)

        model = build(4)
    """,
    a_trainer_that_holds_the_model="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)

        class Trainer:
            def __init__(self, model, lr=0.1):
                self.model = model
                self.lr = lr

        trainer = Trainer(Net())
        model = trainer.model
    """,
    parts_of_another_model="""
        class Backbone(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = nn.Conv2d(3, 4, 3)
                self.norm = nn.BatchNorm2d(4)
                self.head = nn.Linear(4, 2)

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                backbone = Backbone()
                self.features = nn.Sequential(*list(backbone.children())[:-1])
                self.first = self.features[0]
                self.head = nn.Linear(4, 5)

        model = Net()
    """,
    a_try_and_a_with="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                with torch.no_grad():
                    self.fc = nn.Linear(2, 2)
                    self.fc.weight.zero_()
                    self.fc.bias.requires_grad = False
                a, b = nn.Linear(2, 2), nn.LayerNorm(2)
                self.a, self.b = a, b
                self.c = self.d = nn.Linear(1, 1)

        model = Net()
    """,
    sizes_from_elsewhere="""
        import math
        import os

        class Net(nn.Module):
            def __init__(self, size, heads):
                super().__init__()
                self.size = size
                width = int(math.sqrt(size)) * heads
                self.up = nn.ModuleList([nn.Linear(width, width) for _ in range(int(math.log2(8)))])
                self.norm = nn.LayerNorm(width)
                self.token = nn.Parameter(torch.randn(1, width))

        model = Net(int(os.environ.get("SIZE", "16")), 2)
    """,
    options_of_a_block="""
        def block(cin, cout, norm=None, act="relu", drop=0.0):
            if not 0.0 <= drop < 1.0:
                raise ValueError(drop)
            layers = [nn.Conv2d(cin, cout, 3, bias=norm is None)]
            if norm in ("bn", "batch"):
                layers = layers + [nn.BatchNorm2d(cout)]
            elif norm not in (None, "none"):
                layers = layers + [nn.GroupNorm(1, cout)]
            if "prelu" in act:
                layers += [nn.PReLU()]
            if layers is not None and norm == None:
                layers += [nn.Conv2d(cout, cout, 1)]
            return nn.Sequential(*layers)

        model = nn.Sequential(block(3, 4, "bn", "prelu6"), block(4, 4, "gn"), block(4, 4), block(4, 4, "none", "gelu"))
    """,
    widths_by_arithmetic="""
        import os

        class Net(nn.Module):
            def __init__(self, width=4, mult=2.5, stages=(1, 2)):
                super().__init__()
                width **= 2
                width -= 8
                width *= 2
                width /= 4
                width = int(width)
                hidden = 2 ** 70 if width > 100 else width
                total = sum(stages)
                self.blocks = nn.ModuleList([nn.Linear(width, width)] * total)
                self.convs = nn.ModuleList(nn.Linear(width, hidden) for _ in range(len(stages)))
                self.dims = [width] * int(os.environ.get("DEPTH", 3))
                self.first = nn.Linear(self.dims[0], max(1, abs(-width)))
                try:
                    size = width // (total - 3)
                except ZeroDivisionError:
                    size = 3
                self.last = nn.Linear(width, size)

        model = Net()
    """,
    attributes_by_name="""
        class Net(nn.Module):
            def __init__(self, names=("query", "key", "value")):
                super().__init__()
                for name in names:
                    setattr(self, f"{name}_proj", nn.Linear(4, 4))
                if hasattr(self, "query_proj"):
                    self.norm = nn.LayerNorm(4)
                self.alias = getattr(self, "key_proj")
                self.other = getattr(self, "missing", None) or nn.Linear(4, 1)
                delattr(self, "value_proj")
                if isinstance("query", str) and not isinstance(4, (str, list)):
                    self.out = nn.Linear(4, 4)

        model = Net()
    """,
    lists_that_change="""
        class Net(nn.Module):
            def __init__(self, sizes=(4, 4, 4)):
                super().__init__()
                layers = list()
                for size in list(sizes):
                    layers.append(nn.Linear(size, size))
                layers[0] = nn.LayerNorm(4)
                layers[-1] = nn.Embedding(3, 4)
                layers.insert(1, nn.Dropout())
                layers.extend([nn.Linear(4, 1)])
                if layers.count(None) or layers.index(layers[0]):
                    self.unused = None
                self.net = nn.Sequential(*layers[1:], *tuple(layers[:1]))
                heads = {"a": nn.Linear(4, 1), "b": nn.Linear(4, 2), "c": nn.LayerNorm(4)}
                del heads["b"]
                heads["d"] = heads.pop("a")
                heads.update({"e": nn.Linear(1, 1)}, f=nn.Linear(1, 1))
                heads.update()
                self.heads = nn.ModuleDict({**heads.copy(), "g": nn.PReLU()})
                self.tail = nn.ModuleList(list(heads.values())[:1])
                for key in heads.keys():
                    self.add_module(key, heads.get(key))
                for key in heads:
                    setattr(self, key + "_norm", nn.LayerNorm(4))
                unused = nn.Linear(1, 1)
                del unused

        model = Net()
    """,
    slices_of_layers="""
        class VGG(nn.Module):
            def __init__(self, cfg="LNL"):
                super().__init__()
                layers = nn.Sequential(*[nn.LayerNorm(4) if c == "N" else nn.Linear(4, 4) for c in cfg])
                self.head = layers[:2]
                self.tail = layers[2:]
                self.kinds = [nn.Linear(1, 1) for c in cfg[1:] if c != "N"]
                self.kept = nn.ModuleList(self.kinds)
                self.pairs = nn.ModuleList([nn.Linear(a, b) for a in (1, 2) for b in (3, 4)])

        model = VGG()
    """,
    a_try_with_an_else_and_a_finally="""
        class Net(nn.Module):
            def __init__(self, size="4"):
                super().__init__()
                try:
                    width = int(size)
                except ValueError:
                    width = 8
                else:
                    width = width * 2
                finally:
                    self.size = size
                self.fc = nn.Linear(width, width)

        model = Net()
    """,
    a_match_among_activations="""
        class Net(nn.Module):
            def __init__(self, act="gelu"):
                super().__init__()
                self.act = nn.ReLU()
                match act:
                    case "gelu":
                        self.act = nn.GELU()
                    case "silu" | "swish":
                        self.act = nn.SiLU()
                self.fc = nn.Linear(2, 2)

        model = Net()
    """,
    early_returns="""
        import os

        def activation():
            if os.environ.get("GELU"):
                return nn.GELU()
            return nn.ReLU()

        def norm(kind, dim):
            if kind == "none":
                return
            for known, made in (("batch", nn.BatchNorm1d), ("layer", nn.LayerNorm)):
                if kind == known:
                    return made(dim)
            raise ValueError(kind)

        def checked(width):
            if os.environ.get("STRICT"):
                if width % 2:
                    raise ValueError(width)
            return width

        class Net(nn.Module):
            def __init__(self, width: int = 4):
                super().__init__()
                size: int = checked(width)
                self.none = norm("none", size)
                self.norm = norm("layer", size)
                self.act = activation()
                self.out: nn.Module = nn.Linear(size, 1)
                self.later: nn.Module

        model = Net()
    """,
    loops_with_ends="""
        class Net(nn.Module):
            def __init__(self, sizes=(8, 4, 0, 2)):
                super().__init__()
                self.layers = nn.ModuleList()
                for index, size in enumerate(sizes, start=1):
                    if size == 8:
                        continue
                    if not size:
                        break
                    self.add_module(f"layer{index}", nn.Linear(size, size))
                else:
                    self.never = nn.Linear(1, 1)
                for size in sizes[:2]:
                    self.layers.append(nn.Linear(size, size))
                else:
                    self.after = nn.Linear(1, 1)
                left = 3
                while True:
                    left -= 1
                    if left < 0:
                        break
                    self.layers.append(nn.LayerNorm(left + 1))

        model = Net()
    """,
    hands_of_a_dataclass="""
        from dataclasses import dataclass, field

        @dataclass
        class Settings:
            "The sizes."
            width: int
            depth: int = 2
            names: list = field(default_factory=list)

            def doubled(self):
                return self.width * 2

        class Net(nn.Module):
            def __init__(self, settings, *extra, bias=True, **more):
                super().__init__()
                self.net = nn.Sequential(*[nn.Linear(settings.width, 4, bias) for _ in range(settings.depth)])
                self.extra = nn.ModuleList(extra)
                self.out = nn.Linear(4, settings.doubled(), **more)

        model = Net(Settings(4, 3), nn.LayerNorm(4), bias=False, device="cpu")
    """,
    a_forward_pass_in_the_constructor="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv = nn.Conv2d(1, 2, 3)
                x = self.conv(torch.zeros(1, 1, 8, 8))
                self.fc = nn.Linear(x.numel(), 2)
                self.scale = nn.Parameter(torch.ones_like(self.fc.weight))
                self.table = nn.Parameter(torch.tensor([[1.0, 2.0]]))
                self.query = nn.Parameter(torch.zeros(2).unsqueeze(0))
                self.key = nn.Parameter(self.fc.weight.detach())

        model = Net()
    """,
    copies_of_more="""
        class Net(nn.Module):
            def __init__(self, deep=True):
                super().__init__()
                first = nn.Linear(2, 2)
                tied = nn.Sequential(first, first, nn.LayerNorm(2))
                self.two = nn.ModuleList(copy.deepcopy((first, tied)))
                self.one = copy.deepcopy(tied)

        model = Net()
    """,
    walrus_and_stars="""
        class Net(nn.Module):
            def __init__(self, *sizes, bias):
                super().__init__()
                if (depth := len(sizes)) > 1:
                    self.deep = nn.ModuleList([nn.Linear(size, size, bias) for size in sizes])
                self.all = nn.ModuleList([nn.Linear(depth, 1), *self.deep])
                first, *rest = sizes
                self.first = nn.Linear(first, len(rest))
                self.text = "{0}-{1}".format(first, "x").upper().split("-")
                self.named = nn.ModuleDict({part: nn.PReLU() for part in "a.b".split(".")})

        model = Net(2, 3, bias=False)
    """,
    contents_of_dicts_of_layers="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.heads = nn.ModuleDict({"a": nn.Linear(1, 1), "b": nn.LayerNorm(2)})
                self.copies = nn.ModuleList([copy.deepcopy(head) for head in self.heads.values()])
                for name, head in self.heads.items():
                    self.add_module(name + "_2", copy.deepcopy(head))
                for name, child in list(self.named_children()):
                    if name == "copies":
                        self.same = child
                self.register_parameter(name="scale", param=nn.Parameter(torch.ones(1)))
                super().add_module("fc", nn.Linear(1, 1))

        model = Net()
    """,
    parts_removed_and_replaced_outside="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
                self.body = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2), nn.Embedding(2, 2))
                self.a, self.b, self.c = nn.Linear(1, 1), nn.Linear(2, 1), nn.Linear(3, 1)
                self.d = nn.Linear(4, 1)
                self.e = nn.Linear(4, 1)
                self.f = nn.Linear(4, 1)

        model = Net()
        del model.a
        del model.b, model.layers[0]
        model.c, model.d = nn.LayerNorm(2), nn.Identity()
        model.body.pop(0)
        model.layers += [nn.LayerNorm(2)]
        setattr(model, "e", nn.LayerNorm(1))
        delattr(model, "f")
    """,
    parts_removed_inside="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.ModuleList([nn.Linear(2, 2), nn.LayerNorm(2), nn.Embedding(2, 2)])
                self.last = self.layers.pop(-1)
                del self.layers[0]
                self.heads = nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.LayerNorm(2), "c": nn.Linear(1, 1)})
                self.head = self.heads.pop("b")
                del self.heads["a"]
                self.x, self.y = nn.Linear(1, 1), nn.LayerNorm(1)
                del self.x, self.y
                self.named = nn.Sequential(OrderedDict(a=nn.Linear(1, 1), b=nn.LayerNorm(1), c=nn.Linear(2, 2)))
                del self.named[1]
                del self.named[-1]

        model = Net()
    """,
    choices_at_run_time="""
        import math
        import os
        from typing import Generic, TypeVar

        T = TypeVar("T")
        FLAG = os.environ.get("ADAMW_LINT_FLAG")
        first, second = nn.Linear(1, 1), nn.LayerNorm(1)

        if FLAG:
            act = nn.GELU
        else:
            def act():
                return nn.ReLU()

        class Mixin(object):
            pass

        class Net(Mixin, nn.Module, Generic[T]):
            def __init__(self, sizes=(), filter=nn.ReLU):
                super().__init__()
                self.first, self.second = first, second
                self.act = act()
                self.filter = filter()
                kind = nn.GELU if FLAG else nn.ReLU
                self.kind = kind() if kind else nn.Linear(1, 1)
                self.again = copy.deepcopy(self.kind)
                self.inplace = getattr(self.kind, "inplace", None)
                self.head = getattr(nn, "Linear")(1, 1)
                self.table = {"a": nn.ReLU, "b": nn.GELU}[os.environ.get("ADAMW_LINT_FLAG", "a")]()
                self.listed = [nn.ReLU, nn.GELU][int(os.environ.get("ADAMW_LINT_FLAG", 0))]()
                self.soft = nn.GELU() if hasattr(nn, "GELU") else nn.ReLU()
                width, height = (1, 2) if FLAG else (3, 4)
                pair = (1, 2) if FLAG else [3, 4]
                self.fc = nn.Linear(width, height + pair[0])
                self.scale = nn.Parameter(torch.ones(2) if FLAG else torch.zeros(2))
                self.line = "-" * 3
                if not sizes:
                    self.empty = nn.PReLU()
                drop = None if FLAG else nn.Dropout
                if drop is not None:
                    self.drop = drop()
                if FLAG in ("a", "b"):
                    self.letter = FLAG
                try:
                    self.root = math.sqrt(-1)
                    self.number = int("x")
                except ValueError:
                    self.number = 0

            @staticmethod
            def make(size):
                return nn.Linear(size, size)

        class Deep(Net):
            def __init__(self):
                super().__init__()
                self.more = self.make(4)
                self.name = self.make.__name__
                size = 16
                while size > int(os.environ.get("ADAMW_LINT_FLAG", 4)):
                    size >>= 1
                self.small = nn.Linear((8, size).index(8), size)

        model = Deep()
    """,
    counts_at_run_time="""
        import os
        from argparse import Namespace
        from dataclasses import dataclass

        @dataclass
        class Settings:
            width: int
            bias: bool = True

        args = Namespace(width=4)
        count = int(os.environ.get("ADAMW_LINT_COUNT", 1))

        class Net(nn.Module):
            def __init__(self, settings, count):
                super().__init__()
                for i in range(count):
                    setattr(self, f"fc{i}", nn.Linear(settings.width, 1))
                for i in range(0, count, count):
                    setattr(self, f"norm{i}", nn.LayerNorm(1))
                sizes = os.environ.get("ADAMW_LINT_SIZES", "2").split(",")
                for i, size in enumerate(sizes):
                    self.add_module(f"out{i}", nn.Linear(int(size), 1))
                self.both = nn.ModuleList([nn.Linear(int(a), int(b)) for a, b in zip(sizes, sizes)])

        model = Net(Settings(**vars(args)), count)
    """,
    abstract_bases_and_dicts_of_parts="""
        from abc import ABC, abstractmethod

        class Base(ABC, nn.Module):
            def __init__(self, width):
                super().__init__()
                self.body = self.make(width)
                self._modules["norm"] = nn.LayerNorm(width)
                self._modules["gone"] = nn.LayerNorm(width)
                del self._modules["gone"]
                self._parameters["scale"] = nn.Parameter(torch.ones(width))

            @abstractmethod
            def make(self, width):
                raise NotImplementedError

        class Net(Base):
            def make(self, width):
                x = torch.zeros(2, width)
                layers = [nn.Linear(x.shape[-1], width), nn.LayerNorm(width), nn.Embedding(2, 2)]
                del layers[0]
                first = layers.pop()
                layers.insert(0, first)
                self.column = x[:, 0]
                return nn.Sequential(*layers)

        model = nn.SyncBatchNorm.convert_sync_batchnorm(Net(4))
    """,
)

UNKNOWN = _programs(
    a_layer_of_another_library="import timm\nmodel = timm.create_model('vit')",
    a_pretrained_part="""
        from transformers import AutoModel
        class Net(nn.Module):
            def __init__(self, name):
                super().__init__()
                self.encoder = AutoModel.from_pretrained(name)
                self.norm = nn.LayerNorm(4)
        model = Net("bert")
    """,
    an_argument_that_is_called="""
        class Net(nn.Module):
            def __init__(self, encoder):
                super().__init__()
                self.encoder = encoder
                self.fc = nn.Linear(4, 4)
            def forward(self, x):
                return self.fc(self.encoder(x))
        def main(encoder):
            model = Net(encoder)
        model = Net(load())
    """,
    an_unknown_attribute="""
        class Net(nn.Module):
            def __init__(self, name):
                super().__init__()
                setattr(self, name, nn.Linear(2, 2))
        model = Net(args.name)
    """,
    an_unknown_base="""
        from lab import Base
        class Net(Base):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
        model = Net()
    """,
    an_unknown_branch="""
        class Net(nn.Module):
            def __init__(self, use_bn):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                if use_bn:
                    self.bn = nn.BatchNorm1d(2)
        model = Net(args.use_bn)
    """,
    an_unknown_bias="model = nn.Linear(2, 2, bias=args.bias)",
    an_unknown_list="""
        class Net(nn.Module):
            def __init__(self, layers):
                super().__init__()
                self.net = nn.Sequential(*layers)
        model = Net(make())
    """,
    an_unknown_change="""
        from lab import replace_norms
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                replace_norms(self)
        model = Net()
    """,
    a_name_that_nothing_binds="import lab\nmodel = lab.model",
    arguments_of_attention_that_change_it="model = nn.MultiheadAttention(4, 2, kdim=3)",
    a_new_parametrisation="""
        from torch.nn.utils.parametrizations import weight_norm
        model = weight_norm(nn.Linear(2, 2))
    """,
    a_class_chosen_at_run_time="model = getattr(nn, args.layer)(2, 2)",
    a_model_replaced_by_another_function="""
        from peft import get_peft_model
        model = nn.Linear(2, 2)
        model = get_peft_model(model, config)
    """,
    a_part_replaced_under_a_condition="""
        model = nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2))
        if args.bare:
            model[1] = nn.Identity()
    """,
    sharded="from torch.distributed.fsdp import FullyShardedDataParallel as FSDP\nmodel = FSDP(nn.Linear(2, 2))",
    a_loop_without_an_end="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.ModuleList()
                while True:
                    self.layers.append(nn.Linear(2, 2))
                    if len(self.layers) > args.depth:
                        break
        model = Net()
    """,
    a_model_inside_itself="""
        class Net(nn.Module):
            def __init__(self, depth):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                self.inner = Net(depth - 1) if depth else None
        model = Net(args.depth)
    """,
    lists_that_are_joined_with_others="""
        layers = args.layers + [nn.Linear(2, 2)]
        model = nn.Sequential(*layers)
    """,
    a_star_in_a_list="model = nn.Sequential(*[nn.Linear(2, 2), *make()])",
    two_stars_in_a_dict="model = nn.ModuleDict({'a': nn.Linear(2, 2), **make()})",
    a_comprehension_with_a_condition="model = nn.ModuleList([nn.Linear(2, 2) for i in range(3) if args.wide])",
    a_dict_comprehension_with_a_condition="model = nn.ModuleDict({str(i): nn.PReLU() for i in range(3) if args.wide})",
    a_slice_of_what_is_not_in_sight="model = nn.Sequential(nn.Linear(2, 2), *make())[:1]",
    a_list_of_unknown_layers="model = nn.ModuleList(nn.Sequential(nn.Linear(2, 2), *make()))",
    a_list_extended_by_unknown_layers="model = nn.Sequential(nn.Linear(2, 2)).extend(nn.Sequential(*make()))",
    a_layer_inserted_at_an_unknown_place="""
        model = nn.ModuleList([nn.Linear(2, 2)])
        model.insert(args.place, nn.LayerNorm(2))
    """,
    a_dict_updated_by_another="model = nn.ModuleDict()\nmodel.update(make())",
    a_layer_taken_out_at_an_unknown_place="""
        model = nn.ModuleList([nn.Linear(2, 2), nn.LayerNorm(2)])
        del model[args.place]
    """,
    a_list_with_an_unknown_item="""
        layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
        layers[args.place] = nn.LayerNorm(2)
        model = nn.Sequential(*layers)
    """,
    a_part_replaced_in_a_function_above="""
        def shrink():
            model.norm = nn.Identity()
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                self.norm = nn.LayerNorm(2)
        model = Net()
        shrink()
    """,
    a_slice_of_a_class_of_the_program="""
        class Twice(nn.Sequential):
            def __init__(self, *layers):
                super().__init__(*layers, *layers)
        model = Twice(nn.Linear(2, 2), nn.LayerNorm(2))[1:]
    """,
    a_part_of_a_model_out_of_sight="""
        from lab import part_of
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                part_of().fc = nn.Linear(2, 2)
        model = Net()
    """,
    attributes_by_a_star="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                setattr(self, *pair())
        model = Net()
    """,
    an_attribute_deleted_by_a_star="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                delattr(self, *name())
        model = Net()
    """,
    an_unknown_name_in_a_text="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                setattr(self, f"fc{args.name}", nn.Linear(2, 2))
                setattr(self, args.size, 2)
        model = Net()
    """,
    a_text_that_cannot_be_formatted="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                setattr(self, "fc{}{}".format(1), nn.Linear(2, 2))
        model = Net()
    """,
    children_of_what_is_not_in_sight="model = nn.Sequential(*list(nn.Sequential(*make()).children())[:-1])",
    a_list_made_of_what_is_not_in_sight="model = nn.Sequential(*list(make()))",
    a_list_in_another_order="""
        layers = [nn.Linear(2, 2), nn.LayerNorm(2)]
        layers.reverse()
        model = nn.Sequential(*layers)
    """,
    a_list_without_one_of_its_layers="""
        layers = [nn.Linear(2, 2), nn.LayerNorm(2)]
        layers.remove(layers[0])
        model = nn.Sequential(*layers)
    """,
    a_list_with_a_layer_taken_out="""
        layers = [nn.Linear(2, 2), nn.LayerNorm(2)]
        last = layers.pop()
        model = nn.Sequential(*layers)
    """,
    a_dict_without_one_of_its_layers="""
        heads = {"a": nn.Linear(2, 2), "b": nn.LayerNorm(2)}
        heads.popitem()
        model = nn.ModuleDict(heads)
    """,
    a_slice_that_cannot_be="model = nn.Sequential(*[nn.Linear(2, 2)][::0])",
    arguments_by_a_star="model = nn.Linear(*sizes())",
    a_base_made_by_a_function="""
        class Net(make()):
            def forward(self, x):
                return x
        model = Net()
    """,
    a_method_that_raises="""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                self.head = self.make()
            def make(self):
                raise NotImplementedError
        model = Net()
    """,
    a_reparametrised_layer_with_a_name="model = nn.utils.weight_norm(nn.Linear(2, 2), name='weight')",
)

PARTLY_KNOWN = _programs(
    a_loop_that_may_end_early="""
        import os
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                for i in range(3):
                    setattr(self, f"fc{i}", nn.Linear(2, 2))
                    if not os.environ.get("DEEP_NET"):
                        break
        model = Net()
    """,
    a_constructor_that_may_end_early="""
        import os
        class Net(nn.Module):
            def __init__(self, small=True):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                if small:
                    if not os.environ.get("DEEP_NET"):
                        return
                self.norm = nn.LayerNorm(2)
        model = Net()
    """,
    a_function_that_may_return_inside_a_loop="""
        import os
        def head():
            for size in (1, 2):
                if not os.environ.get("DEEP_NET"):
                    return nn.Linear(size, size)
            return None
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                self.head = head()
        model = Net()
    """,
    a_while_that_may_end_early="""
        import os
        def stages():
            left = 2
            while left:
                left -= 1
                if not os.environ.get("DEEP_NET"):
                    break
            else:
                return nn.Linear(1, 1)
            return nn.LayerNorm(1)
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                self.stages = stages()
        model = Net()
    """,
    a_while_of_unknown_turns="""
        import os
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(2, 2)
                while os.environ.get("DEEP_NET"):
                    self.norm = nn.LayerNorm(2)
                    break
        model = Net()
    """,
    a_raise_behind_an_end="""
        import os
        def made(kind):
            if kind:
                if not os.environ.get("DEEP_NET"):
                    return nn.Linear(2, 2)
            else:
                return nn.LayerNorm(2)
            raise ValueError(kind)
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.a = made("x")
                self.b = nn.Linear(2, 2)
        model = Net()
    """,
)
